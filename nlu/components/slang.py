"""How people abbreviate and misspell on WhatsApp, and the word that was meant (keys and values folded)."""

from __future__ import annotations

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


def _read(table: str) -> dict[str, str]:
    words: dict[str, str] = {}
    for line in table.strip().splitlines():
        meant, _, written = line.partition(": ")
        for word in written.split():
            words.setdefault(word, meant)
    return words


MEANT = _read(_TABLE)
"""Word as written to the word or words meant."""

PHRASES = (
    (r"\bwi\s*-?\s*f[ie]\b", "wifi"),
    (r"\b(?:2|segunda|seg|2a|2da)\s*[ªaº]?\s*vi?a?s?\b(?!\s+(?:vez|semana))", "segundavia"),
    (r"\bboa\s*noit\w*", "boa noite"),
    (r"\bbom\s*dia+\b|\bbodia\b", "bom dia"),
    (r"\boque\b|\bo\s+q\b", "o que"),
    (r"\bmuito\s+obrigad[oa]\b", "muito obrigado"),
    (r"\bde\s*novo\b|\bdinovo\b", "denovo"),
    (r"\bp\s*q\b", "porque"),
)
"""Patterns over folded text whose many spellings are one thing."""
