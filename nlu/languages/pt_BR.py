"""Brazilian Portuguese: how people abbreviate and misspell on WhatsApp, and ask for a person."""

from __future__ import annotations

import re

from nlu.languages import Language, read_table
from nlu.outsiders import KIND_OF, PHRASES

_TABLE = """
voce: vc ce vce voc vcs ces voces oce ocê vosse voçe vcz seis tu
nao: n ñ naum nop noum num nn nauum naaum
que: q ki oq
porque: pq pk pur
tambem: tb tbm tbem tamem
hoje: hj oji hje
quando: qd qdo qnd
quanto: qto qnto qt quantu
quero: qro qru qero kero queru quro
obrigado: obg obgd obrigada brigado brigada obrigadu obrigadao brigadao obgda obrigadinho agradecido agradecida
por favor: pfv pfvr pf plz pls porfavor pfavor
beleza: blz bleza belesa
valeu: vlw vlww vlws valew
falou: flw flws flww falow
mesmo: msm mermo memo mesma
muito: mt mto muinto mui mta muita muitu
mensagem: msg mensage
minuto: min
comigo: cmg cmgo
depois: dps dpois
cade: kd kade cade kdê
esta: ta tah tá taa tava esta
estou: to tou tô toh
estao: tao
para: pra p pro pa prum pros
com: c cm cum
sabado: sab
segunda: seg
pagamento: pgto pgt pagto pagamentu
boleto: boletu bolet boletos bolto boleta bolero bolteo blto
fatura: fatra faturas ftura fatuta
internet: net internete intenet itnernet interneti intrnet inter interner internert internetes internt
velocidade: vlcd veloc
wifi: wi wife waifai wfi uifi
tecnico: tecnicu tecnco tecnica tecnicos
visita: vizita
aqui: aki aq
agora: agr agora gora
nada: nd nda
tudo: td tdo tudu
ninguem: ngm ninguen
alguem: algm alguen
falar: fala flr falr
atendente: atemdente atendende atendentes atendete atentente atendnt
bloqueado: bloq blok bloqueada bloquiado bloqueadu bloqueio bloquearam bloqueou
liberar: libera libra libere liberem libarar liberacao
cancelar: cancela cancelamento canselar cancelem cancele cansela
religar: religa religue religuem
whatsapp: zap zapzap wpp whats wats watsapp whatsap
endereco: end indereco endereço enderco
telefone: tel fone telefoni
celular: cel
numero: nr num
documento: doc
problema: prob pobrema poblema
aplicativo: app apk
roteador: roteadr rotiador rutiador roteadores
modem: moden moldem
mudar: muda
comprovante: comprovate conprovante
porra: porr prr
televisao: tv
estiver: tiver
esse: ess
deus: ds
meu: mel mio meo
boa: bao
tarde: tard
noite: noit
bom: bm
dia: diaa
fazer: fz faze
aumentar: almentar aumenta
ver: ve
preciso: presiso prciso preciz
caiu: kiu caiuu
lento: lerdo lerda lenta lenteza lerdeza lentidao lentissima lentissimo lentissimos devagar
mega: mb megas mbps megabits
giga: gb gbps gigas
"""
_PHRASES = (
    (r"\bwi\s*-?\s*f[ie]\b", "wifi"),
    (r"\b(?:2|segunda|seg|2a|2da)\s*[ªaº]?\s*vi?a?s?\b(?!\s+(?:vez|semana))", "segundavia"),
    (r"\bboa\s*noit\w*", "boa noite"),
    (r"\bbom\s*dia+\b|\bbodia\b", "bom dia"),
    (r"\boque\b|\bo\s+q\b", "o que"),
    (r"\bmuito\s+obrigad[oa]\b", "muito obrigado"),
    (r"\bde\s*novo\b|\bdinovo\b", "denovo"),
    (r"\bp\s*q\b", "porque"),
)
_RULES = (
    r"(?:regras?|instruc(?:oes|ao)|ordens?|orientac(?:oes|ao)|diretrizes|prompts?|programacao|limitac\w+|restric\w+)"
)
_ORDERS = rf"""
    \b(?:esquec(?:a|e|am|er)|ignor(?:e|a|em|ar)|desconsider(?:e|a|ar)|desobedec\w+|desativ(?:e|a|ar)|quebr(?:e|a)
          |sobrescrev\w+|anul(?:e|a)|abandon(?:e|a)|apag(?:ue|a))\b
       (?:\W+\w+){{0,6}}?\W+{_RULES}\b
    |\b(?:mostr|revel|repit|exib|imprim|diga|fale|conte|list|escrev)\w*\b(?:\W+\w+){{0,4}}?\W+
       (?:seu|o|teu|suas?|as|tuas)\W+(?:\w+\W+)?(?:prompt|instruc\w+|diretrizes|regras\W+internas)\b
    |\ba\s+partir\s+de\s+agora\W+(?:voce|vc|tu|o\s+bot)\b
    |\b(?:voce|vc|tu)\s+agora\s+(?:e|eh|sera)\s+(?:um|uma|meu|minha|o|a)\b
    |\b(?:aja|finja|atue|comporte(?:-se|\W+se)?|responda|simule)\W+(?:como|que|ser)\W+(?:se\W+)?
       (?:um|uma|o|a|voce|vc|meu|minha|fosse|administrador|root|sistema)\b
    |\bmodo\s+(?:desenvolvedor|deus|irrestrito)\b
    |\b(?:esquec|desconsider|ignor)\w+\W+(?:tudo\W+|o\W+)*que\W+(?:(?:te|lhe)\W+(?:disseram|falaram)|foi\W+dito)\b
    |\b(?:brincar\W+de|vamos)\W+faz(?:er)?\W+de\W+conta\b|\b(?:fin(?:ge|ja)|simul[ae])\W+que\W+(?:eu|sou|voce|vc|tu|e)\b
    |^\W*(?:repita|diga)\W*:|^\W*(?:repita|diga)\W+(?:apenas\W+|so\W+)?(?:sim|nao)\W*$
    |\b(?:liste|mostre|mostra|envie|manda|exiba|passe|passa|me\s+da|exporte)\b(?:\W+\w+){{0,6}}?\W+
       (?:dados|cpfs?|senhas?|telefones?|cadastros?|boletos?|faturas?|contratos?)\W+(?:de\W+|dos\W+|das\W+)(?:todos\W+os\W+|outros\W+)?clientes\b
    """
_ATTENDANT = r"ate[nm]d\w{0,2}[nm]?t[ei]s?"
_PERSON = (
    rf"(?:{_ATTENDANT}|humanos?|pessoas?|gente|alguem|ser\s+humano|operador(?:a|es)?|consultor(?:a|es)?"
    r"|funcionari[oa]s?|supervisor(?:a)?|gerente|responsavel|encarregad[oa]|vendedor(?:a)?|suporte|central|equipe"
    r"|atendimento(?:\s+(?:humano|pessoal|personalizado|presencial))?|setor\s+\w+|financeiro|comercial|moca|moco)"
)
_WISH = re.compile(
    rf"""\b(?:fal(?:a|ar|o|e|amos|ou)|conversar?|converso|trat(?:ar|o)|papo|contato|contact(?:ar|o)|atendid[oa])\b
        (?:\s+(?:direto|diretamente|agora|logo|ja|aqui|so|apenas))*
        \s+(?:com|c|cm|cum|co|pra|por)\s+(?:(?:um|uma|o|a|os|as|algum|alguma|outr[oa]|qualquer|seu|sua|teu|tua)\s+)?
        (?:de\s+)?{_PERSON}\b
    |\b(?:cham(?:a|e|ar|em)|pass(?:a|e|ar|em)|transfer(?:e|ir|em|indo)|transfir(?:a|am)|encaminh(?:a|e|ar|em)
        |direcion(?:a|e|ar)|lig(?:a|ue)|me\s+coloc(?:a|que)|bot(?:a|e)|mand(?:a|e|em)|quero|qro|qru|queria|preciso
        |prefiro|gostaria|cade|kd|tem|exijo|aciona)\b
        (?:\s+(?:me|ai|logo|ja|de|do|d|pra|para|pro|por|com|um|uma|o|a|os|as|algum|alguma|outr[oa]|falar|aqui|agora
        |um\s+pouco|ligacao|minha|essa|conversa))*\s+
        (?:{_ATTENDANT}|humanos?|ser\s+humano|pessoas?\s+(?:de\s+verdade|real|reais|humanas?|fisica)
        |atendimento\s+(?:humano|pessoal|personalizado)|operador(?:a)?|gente\s+de\s+verdade|alguem\s+(?:de\s+verdade|real
        |da\s+equipe|do\s+suporte|ai))\b
    |\b(?:chama|chame|me\s+pass[ae]|pass[ae]|me\s+transfere|transfere|transfira|me\s+encaminha|me\s+bota|bota|me\s+poe)\b
        (?:\s+(?:logo|ja|pra|para|pro|por|um|uma|o|a|falar|com))*\s+
        (?:pessoa|alguem|gente|suporte|financeiro|comercial|supervisora?|gerente|responsavel)\b
    |\balguem\s+(?:pode\s+)?(?:me\s+)?(?:atend[ea]r?|respond[ea]r?)\b
    """,
    re.VERBOSE,
)
_BARE = re.compile(
    rf"(?:{_ATTENDANT}(?: human[oa])?|humano|humana|ser humano|(?:pessoa|gente) (?:real|de verdade|humana)"
    r"|(?:atendimento|suporte) (?:humano|pessoal))"
)
_POLITE = re.compile(
    r"\b(?:oi+|ola|opa|bom dia|boa tarde|boa noite|por favor|por gentileza|pf|pfv|pfvr|pls|please|quero|um|uma|o|a|e"
    r"|urgente|agora|ja|aqui|ai|entao|so)\b|[^\w\s]"
)
# Something to be solved stands beside the wish: the model reads it, and the dialogue serves the problem first.
_SUBJECT = re.compile(
    r"\b(?:bolet\w*|fatura\w*|contas?|pix|2a?|segunda|vias?|codigo|net|internet\w*|wi\W?fi|sinal|luz|los|pon|cai\w*|caindo"
    r"|cortad\w*|cortaram|cancel\w*|rescind\w*|encerr\w*|senha\w*|pag(?:o|ar|uei|ou|amento\w*)|plano\w*|megas?|mud\w*"
    r"|tecnic\w*|visita\w*|velocidade|lent\w*|lerd\w*|devagar|tra(?:va|vando|vado)|modem|roteador|aparelho|desbloq\w*"
    r"|bloque\w*|lib(?:era|erar|erem|ere|eracao)|relig\w*|protocolo|chamado|instal\w*|endereco|titular\w*|cadastro|dados"
    r"|multa|acordo|negoci\w*|parcel\w*|desconto|cobra\w*|vencimento|nota|contrat\w*|conex\w*|cabo|fio|poste|funciona\w*"
    r"|rob[oô]|bot|maquina|outra empresa)\b"
)
# Only words that leave the refusal whole may stand between: "sem internet e quero falar" refuses nothing.
_NOT_WANTED = re.compile(
    r"\b(?:nao|n|nem|nunca)\s+(?:(?:mais|me|te|eu|vou|estou|to|so|nem|ja)\s+){0,2}"
    r"(?:quero|preciso|precisa|queria|falei|falar)\b|\bsem\s+(?:precisar|querer|ter|falar)\b"
)
_ABOUT_WHAT_WAS = re.compile(r"\b(?:falei|conversei|liguei|desligou|prometeu|disse|falou|mentiu|mal)\b")
_ROBOT = re.compile(
    r"\b(?:n(?:ao)?\s+(?:quero|aguento|gosto)|nao(?=\s+(?:robo|bot|maquina))|sem|chega\s+de|cansei\s+d[eo]|odeio|nada\s+de)"
    r"\s+(?:\w+\s+){0,3}?(?:robo|bot|maquina)s?\b"
)

_NOT_MEANT = r"(?:e|eh|quero|qro|preciso|precisa|to|estou|vou|desejo|pretendo)"
_DENIED = (
    rf"\bnao\s+({_NOT_MEANT}\b(?:\s+\w+){{0,6}}?)"
    r"\s*(?=(?:[,;.]|\bmas\b|\be\s+sim\b|\bso\b|\bapenas\b)\s*\w)",
    r"[,.]\s*(?:e\s+)?nao\s+((?:[ao]s?|d[ao]|pra|para|e|de)\s+(?:\w+\s*){1,6})$",
)

LANGUAGE = Language(
    meant=read_table(_TABLE),
    phrases=_PHRASES,
    money_sign=r"r\$",
    money_words="reais|real|conto|pila",
    laughter=r"k{2,}|(?:[ks]?rs){2,}|rsrs\w*|(?:h[aeiu]){2,}h?|(?:ha|he|hua|hue)+",
    joints=r"e|mas|tb|tbm|tamb[eé]m|a[ií]|depois|aproveita(?:ndo)?|al[eé]m\s+disso|ent[aã]o|outra\s+coisa",
    refusal=rf"(?:eu\s+)?(?:nao|n|num)\s+{_NOT_MEANT}\b",
    taken_back=r"(?:(?:na\s+verdade|na\s+vdd|ah|nao|pera|melhor|opa)\s+)*(?:deixa(?:\s+(?:pra|para|p)\s+la|\s+quieto)?|esquece(?:\s+isso)?|melhor\s+nao|nao\s+precisa(?:\s+mais)?)(?:\s+(?:viu|ta|sim|disso))?$",
    orders=_ORDERS,
    wish=_WISH,
    bare_wish=_BARE,
    polite=_POLITE,
    no_robot=_ROBOT,
    subject=_SUBJECT,
    not_wanted=_NOT_WANTED,
    what_was=_ABOUT_WHAT_WAS,
    caption=re.compile(r"\b(?:o|meu|cpf|cnpj|numero|e|eh|tel|telefone|celular|cep|email|e-mail)\b|[^\w\s]"),
    kinds=KIND_OF,
    kind_phrases=PHRASES,
    denied=_DENIED,
)
