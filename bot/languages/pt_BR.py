"""Short answers in Brazilian Portuguese: yes, no, the second one, done."""

from __future__ import annotations

import re

from bot.languages import ReplyWords, word_set
from nlu.entities.numerals import SMALL

_ORDINALS = {"primeir": 1, "segund": 2, "terceir": 3, "quart": 4, "quint": 5}
_WORKS = r"(?:volt(?:ou|aram)|funcion(?:ou|ando|a)|resolv(?:eu|id\w+)|normaliz\w+|deu certo|agora foi|melhorou)"

WORDS = ReplyWords(
    yes=word_set("""s ss sim simm sin claro quero qro pode podi isso isto ok okay okey certo correto beleza blz fechou
    bora vamos confirmo confirma confirmado aceito aceita positivo manda uhum aham exato perfeito combinado concordo yes
    topo simbora"""),
    no=word_set("n nn nao naum nops negativo nunca jamais nem dispenso recuso cancela no deixa esquece"),
    negation="nao",
    fillers=word_set("""pode por favor pf pfv pfvr sim entao ai ae eu isso mesmo ja agora la o a um uma moco moca amigo
    gentileza e com certeza hoje enquanto precisa que obrigado ah ne me faz ajuda
    obrigada obg vlw valeu tudo bem bom logo ta tah eh ser fazer quero meu minha"""),
    release_words=word_set("libera liberar libere"),
    signal_words=word_set("sinal internet net"),
    offered_words=word_set("trocar troca troque trocando mudar muda mude reiniciar reinicia reinicie"),
    invoice_words=word_set("outra outro proxima fatura boleto conta"),
    more_invoices=("outra", "proxima", "as duas", "todas", "demais", "mais uma", "tambem"),
    another_invoice=re.compile(
        r"\b(?:outr[oa]s?|proxim[oa]s?|mais (?:um|uma|algum|alguma)) (?:boleto|fatura|conta|parcela)s?\b"
        r"|^\W*(?:(?:e|tem|cade|me|manda|quero|agora) )*(?:[oa]s? )?outr[oa]s?(?: (?:tambem|por favor|pf|pfv))*\W*$"
    ),
    another_place=re.compile(r"\boutr[oa]s?\s+(?:endereco|contrato|casa|local|lugar|imovel|apartamento|loja|ponto)"),
    place=re.compile(r"\b(?:[dn][oa]|pr[oa]|rua|avenida|av)\b"),
    at=r"[dn][oa]",
    streets=word_set("rua r avenida av travessa estrada rodovia alameda praca"),
    promise=re.compile(
        r"\b(?:(?:que|e|pois|pq|porque) )?(?:(?:assim que|quando|qdo) (?:eu )?"
        r"(?:receber|cair (?:o|meu) \w+|sair (?:o|meu) \w+) )?"
        r"(?:eu )?(?:so )?(?:te )?(?:vou pagar|vou pagando|pago|pagarei|acerto|quito|faco o (?:pix|pagamento))"
        r"(?: (?:tudo|isso|certinho|ela|ele|(?:o|a) (?:boleto|fatura|conta)|voces|vcs))?"
        r"(?: (?:assim que|quando|qdo) (?:eu )?(?:receber|cair (?:o|meu) \w+|sair (?:o|meu) \w+))?\b"
    ),
    when=word_set("ate na no de do da pra para sem falta depois dia noite tarde manha cedo semana que vem mes"),
    already=re.compile(r"\bja pago\b"),
    paid=re.compile(r"(?<!nao )(?<!sempre )\b(?:paguei|(?:esta|ta|foi) pag[oa]|fiz o (?:pix|pagamento))\b"),
    proof=re.compile(r"\b(?:comprovante|recibo)s?\b"),
    amount=re.compile(r"\b(?:quanto(?!s? (?:tempo|dias?))|qual (?:e |eh )?o valor|qual valor)\b"),
    payment=re.compile(r"\b(?:paguei|pag[oa]|pagamento|fiz o pix)\b"),
    signal=re.compile(
        r"\b(?:des)?bloque\w*|\b(?:liber|relig|cort|volt|funcion|conex|conect|suspen|restabelec)\w*"
        r"|\b(?:sinal|internet|net|wi-?fi|luz|sem)\b"
    ),
    acknowledged=word_set("""desliguei liguei reiniciei tirei ok okay okey certo beleza blz vou fazer tentar testar
    ver desligar ja agora entao ta bom combinado espera espere aguarda aguarde um so momento minuto minutinho pera
    perai calma uhum aham fazendo tentando testando estou to isso aqui obrigado obrigada"""),
    later=re.compile(
        r"\b(?:(?:te|eu|ja) aviso|te (?:falo|digo)|dou retorno|(?:sem|falt\w+|acabou a|caiu a) energia)\b"
    ),
    negated=re.compile(rf"\b(?:nao|nem|num|n)\s+(?:\w+\s+){{0,2}}?{_WORKS}|{_WORKS}\s+(?:nao|nada)\b(?!\s+\w)"),
    again=re.compile(r"\b(?:continu\w+|mesma coisa|ainda (?:nao|sem|esta|ta)|caiu|caindo|piorou|nao deu|nada mudou)\b"),
    worked=re.compile(rf"\b{_WORKS}\b"),
    still=re.compile(r"\b(?:nada|sem (?:internet|net|sinal|conexao)|igual)\b"),
    changed=re.compile(r"\b(?:volt(?:ou|aram)|caiu|outra vez|de novo|novamente|agora pouco|acabou de)\b"),
    faulty=re.compile(r"\b(?:vermelh\w+|los|lent[ao]s?|lerd[ao]|instavel|oscila\w*|trava(?:ndo)?|apagad[ao]s?)\b"),
    not_any_more=re.compile(
        r"\b(?:parou|sumiu|apagou|saiu|(?:nao|n) (?:ta|esta) mais|era|estava|tava)\b|\bsem (?:luz|los)\b"
    ),
    wifi_name=re.compile(r"\b(?:nome|ssid)\b"),
    wifi_password=re.compile(r"\b(?:senha|password|chave)\b"),
    turning=re.compile(r"[,.;:!\n]+|(?<=^sim)\s+(?=\S)|\s+(?=(?:e|mas|so|apenas|porem|aproveita\w*)\b)", re.MULTILINE),
    every=re.compile(
        r"(?:(?:e|quero|queria|manda|pode ser|dos|das|os|as|nos|nas|de|pros|pras|para) )*"
        r"(?:dois|duas|ambos|ambas|todos|todas|tudo)(?: (?:os|as|dois|duas|eles|elas|enderecos|contratos|casas))*"
        r"(?: (?:por favor|pf|pfv|obrigad[oa]))?"
    ),
    pointed=re.compile(
        r"(?:(?:e|eh|seria|quero|queria|manda|pode ser) )?"
        r"(?:opcao |numero |(?:[ao]|[nd][ao])(?: numero| opcao| de| do)? |de )?"
        rf"((?:{'|'.join(_ORDINALS)})[ao]|cima|comeco|baixo|ultim[ao]|fim|final|meio|\d{{1,2}})"
        r"[ªºao.)]?(?: opcao| endereco| contrato| da lista)?(?: por favor)?"
    ),
    ordinals={f"{stem}{end}": place for stem, place in _ORDINALS.items() for end in "ao"},
    first=word_set("cima comeco"),
    middle=word_set("meio"),
    last=word_set("baixo ultimo ultima fim final"),
    not_telling=word_set("""que qual esse essa este esta isso para pra pro por favor quero queria seria ser com dos
    das meu minha meus minhas nosso nossa aqui ali mesmo mesma errei errado desculpa desculpe enganei quis dizer era
    rua avenida travessa estrada rodovia endereco casa contrato opcao numero dia tarde noite boa bom oi ola"""),
    gives_up=re.compile(
        r"(?:(?:ah|ok|ta|tah|bom|entao|nao|n|obrigad[oa]|blz|beleza) )*"
        r"(?:deixa(?: (?:pra|para|p) la| quieto| isso| assim)?|esque(?:ce|ca)(?: isso| tudo)?|desist[io]|desisto"
        r"|(?:nao|n) (?:precisa|preciso|quero)(?: de)? mais(?: nada| nao| disso)?|mais nada)"
        r"(?: (?:obrigad[oa]|obg|valeu|vlw|por enquanto|ja resolvi|entao|nao))*"
    ),
    corrects=re.compile(
        r"\b(?:quis|queria|quero|tava querendo|estava querendo) dizer\b|\b(?:falei|escrevi|mandei|pedi) errado\b"
        r"|\bme (?:enganei|confundi|expressei mal)\b|\b(?:nao|n) (?:e|eh|era|foi) (?:bem )?isso\b"
    ),
    understood=re.compile(r"^\W*entend(?:i|ido)\b"),
    menu=re.compile(r"\b(?:menu|opcoes|lista|inicio)\b"),
    deal_words=word_set("fecha fechar feche fechado aceitar acordo assim"),
    instalments=re.compile(r"\b(\d{1,2}|[a-z]+) ?(?:x\b|vez(?:es)?\b|parcelas?\b|prestac(?:ao|oes)\b)"),
    at_once=re.compile(r"\b(?:a vista|de uma (?:so )?vez|parcela unica)\b"),
    counts=SMALL,
)
