"""Spanish of Latin America: how people abbreviate and misspell on WhatsApp, and ask for a person."""

from __future__ import annotations

import re

from nlu.languages import Language, read_table

_TABLE = """
que: q k ke qe
porque: xq xke pq pk porq porke
para: pa xa
por: x
por favor: pf pfa plis pls porfa porfis porfi porfavor porfavorcito xfa xfavor
tambien: tb tmb tambn tbn
estoy: toy stoy
esta: ta
usted: ud uste vos tu ustedes uds
quiero: kiero qiero quero quisiera
gracias: grax grcs grs grasias gracia graciass
hola: ola olaa holis holi alo
buenas: wenas guenas buena
tarde: tardes
noche: noches
hasta: asta
luego: lueg
hoy: oy
ahora: aora ahorita ahoritita horita orita
ya: lla
se: c
de: d
es: s
me: m
te: t
mensaje: msj mjs mensajito
minuto: min mins minutos minutito
numero: num nro nmro
telefono: tel fono tlf telef
celular: cel celu
internet: inter internt intenet internert interner internete intrnet itnernet net nete
wifi: waifai wi uifi guifi guaifai
conexion: coneccion conecsion conexcion
conectar: conecta conectarme conectan conecto conectarse
senal: senial sennal signal
factura: faktura fatura factra facturas facturita
boleto: boletos voleto bolet
recibo: resibo recivo recibos
pagar: pagr pgar
pague: page
pago: pagos pagito
deposito: depocito deposite
transferencia: tranferencia transfe transferi transf
comprobante: comprovante voucher boucher baucher comprobantes
cuenta: kuenta qenta
bloqueado: bloquiado bloqueada bloquearon bloqueo bloquiaron
suspendido: suspendida suspendieron suspension
cortado: cortada cortaron corte cortes
liberar: libera libere liberen liberame libereme librar
reconectar: reconecten reconecta reconexion reconecte reconectan reconectenme
habilitar: habiliten habilita habilite avilitar abilitar habilitame
activar: activen activa active activame activenme
asesor: acesor asesora acesora asesores
operador: operadora operadores
persona: perzona personas
hablar: ablar hablr habla hable ablo hablo
servicio: serbicio cervicio servisio
tecnico: tecnicos teknico tenico
lento: lenta lentisimo lentisima lentitud lentas
velocidad: belocidad velosidad
funciona: funsiona funciono anda camina jala funcionando sirve
problema: probl problemas prob
modem: moden
router: ruter rauter routers
aparato: aparatito equipo equipito cajita
luz: lus foco lucecita foquito
rojo: roja rojito
verde: berde
megas: mb mbps mega
pesos: peso
contratar: contrato contratarlo
cancelar: cancelen cancela cancelarlo
nadie: nadies
haber: aber
hacer: aser hacr
vez: ves bes
bien: vien
"""
_PHRASES = (
    (r"\bwi\s*-?\s*f[ie]\b", "wifi"),
    (r"\bbuen(?:os?)?\s*di\w*", "buenos dias"),
    (r"\bbuenas?\s*tard\w*", "buenas tardes"),
    (r"\bbuenas?\s*noch\w*", "buenas noches"),
    (r"\b(?:segunda|2da|2a)\s+via\b|\bduplicado\b|\bcopia\s+de\s+(?:la|mi)\s+factura\b", "duplicado"),
    (r"\bmuchas?\s+gra[cs]ias?\b", "muchas gracias"),
    (r"\bde\s*nuevo\b|\bdenuevo\b|\botra\s+vez\b", "denuevo"),
    (r"\bp\s*q\b", "porque"),
)
_RULES = (
    r"(?:reglas?|instruc(?:ciones|cion)|ordenes|directivas|directrices|prompts?|programacion|limitac\w+|restric\w+)"
)
_ORDERS = rf"""
    \b(?:olvid(?:a|e|ate|ese|ar)|ignor(?:a|e|en|ar)|descart(?:a|e)|desobedec\w+|desactiv(?:a|e)|anul(?:a|e)
          |abandon(?:a|e)|borr(?:a|e))\b
       (?:\W+\w+){{0,6}}?\W+{_RULES}\b
    |\b(?:muestr\w*|mostra\w*|revel\w*|repit\w*|imprim\w*|di|dime|decime|cuentame|list\w*|escrib\w*)\b(?:\W+\w+){{0,4}}?\W+
       (?:tus?|sus?|el|las)\W+(?:\w+\W+)?(?:prompt|instruc\w+|directrices|reglas\W+internas)\b
    |\ba\s+partir\s+de\s+ahora\W+(?:tu|vos|usted|eres|sos|el\s+bot)\b
    |\b(?:ahora\s+(?:eres|sos)|usted\s+ahora\s+es)\s+(?:un|una|mi|el|la)\b
    |\b(?:actua|actue|finge|fingi|simula|comportate|responde)\W+(?:como|que|ser)\W+(?:si\W+)?
       (?:un|una|el|la|eres|sos|fueras|fueses|mi|administrador|root|sistema)\b
    |\bmodo\s+(?:desarrollador|dios|sin\W+restricciones|irrestricto)\b
    |\b(?:lista|muestra|mostra|muestre|envia|pasa|pasame|dame|exporta)\b(?:\W+\w+){{0,6}}?\W+
       (?:datos|contrasenas?|claves|telefonos?|registros?)\W+de\W+(?:todos\W+los\W+|otros\W+|los\W+)clientes\b
    """
_ATTENDANT = (
    r"(?:a[sc]esor(?:a|es)?|agentes?|operador(?:a|es)?|ejecutiv[oa]s?|representantes?|telefonista|atendente"
    r"|anfitrion|consultor(?:a)?)"
)
_HUMAN = (
    r"(?:human[oa]s?|ser\s+humano|persona\s+(?:real|de\s+verdad|humana|de\s+carne\s+y\s+hueso)|gente\s+(?:real|de\s+verdad)"
    r"|alguien\s+(?:real|de\s+verdad|humano|del\s+equipo|de\s+soporte))"
)
_PERSON = (
    rf"(?:{_ATTENDANT}|{_HUMAN}|personas?|alguien|gente|encargad[oa]|supervisor(?:a)?|gerente|jefe|jefa|responsable"
    r"|soporte|la\s+central|oficina|ventas|cobranzas?|administracion|senorita|joven)"
)
_A = r"(?:(?:un|una|el|la|algun|alguna|otr[oa]|cualquier|su|tu|con|al|a)\s+)*"
_WISH = re.compile(
    rf"""\b(?:hablar|hablo|hable|habla|platicar|charlar|conversar|comunicar(?:me|nos)?|comunic(?:a|o|ame|ate|arse)
        |comuniqu(?:e|eme|en|enme)|contactar(?:me)?|contacto|contactam?e|tratar)\b
        (?:\s+(?:ya|ahora|directamente|directo|urgente|mejor|solo))*\s+(?:con|c|a)\s+{_A}{_PERSON}\b
    |\b(?:quiero|quisiera|necesito|prefiero|busco|exijo|pido|dame|deme|denme|ponme|poneme|pongame|pasa(?:me|r|rme)?|pase(?:me|n)?
        |paseme|transfier(?:e|a|an|eme|ame)|transferi(?:me|r|rme)?|transfieranme|deriva(?:me|r|rme)?|derive(?:me|n)?
        |mandame|mande(?:n|nme)?|llama|llame|hay|conectame|conecteme|atencion\s+de|que\s+me\s+atienda|atiendame|atiendanme)\b
        (?:\s+(?:ya|ahora|de|que|me|atienda|atiendan|por|favor|hablar|mejor|directo|ser|atendid[oa]))*\s+{_A}
        (?:{_ATTENDANT}|{_HUMAN}|atencion\s+(?:humana|personal|personalizada))\b
    |\b(?:pasa(?:me|r|rme)?|pase(?:me|n)?|comunica(?:me|r)?|comuniqueme|transfiereme|transfierame|derivame|deriveme
        |ponme|poneme)\b\s+(?:ya\s+|ahora\s+)?{_A}{_PERSON}\b
    |\bque\s+me\s+(?:atienda|llame|conteste|ayude)n?\s+{_A}{_PERSON}\b
    |\bque\s+(?:alguien|una\s+persona)\s+me\s+(?:atienda|llame|ayude|conteste|responda)\b
    |\b(?:alguien|una\s+persona)\s+(?:me\s+|que\s+me\s+)?(?:puede|podria|pueda)?\s*(?:me\s+)?
        (?:atender(?:me)?|atienda|responder(?:me)?|conteste|contestar(?:me)?|ayudar(?:me)?)\b
    """,
    re.VERBOSE,
)
_BARE = re.compile(
    rf"(?:{_ATTENDANT}(?: human[oa])?|{_HUMAN}|(?:atencion|soporte|servicio) (?:human[oa]|personal|al cliente))"
)
_POLITE = re.compile(
    r"\b(?:hola|buenas|buenos dias|buenas tardes|buenas noches|buen dia|por favor|porfa\w*|plis|pls|quiero|necesito|con"
    r"|un|una|el|la|a|y|urgente|ahora|ya|aqui|aca|si|che|gracias|solo)\b|[^\w\s]"
)
# Something to be solved stands beside the wish: the model reads it, and the dialogue serves the problem first.
_SUBJECT = re.compile(
    r"\b(?:factur\w*|bolet\w*|recib\w*|cuentas?|pix|duplicad\w*|codigo|internet\w*|wi\W?fi|senal|luz|luces|ca[iy]\w*"
    r"|cort[eoa]\w*|cancel\w*|baja|rescind\w*|contrasena\w*|clave\w*|pag(?:o|ar|ue|aron|amos|os)|plan(?:es)?|megas?|mud\w*"
    r"|mudanza|trasla\w*|tecnic\w*|visita\w*|velocidad|lent\w*|modem|router|aparato|equipo|bloque\w*|desbloque\w*|suspend\w*"
    r"|libera\w*|reconect\w*|reconexion|habilit\w*|activ(?:ar|en|a)|protocolo|reclamo|instal\w*|direccion|titular\w*|datos"
    r"|multa|acuerdo|negoci\w*|cuotas?|descuento|cobr(?:o|an|aron|ar)|vencimiento|contrat\w*|conex\w*|cable|fibra|poste"
    r"|funciona\w*|anda|sirve|robot|bot|maquina|otra\s+(?:empresa|compania))\b"
)
_NOT_WANTED = re.compile(
    r"\b(?:no|ni|nunca|tampoco)\s+(?:(?:me|te|les|yo|voy\s+a|estoy|solo|ya)\s+){0,2}"
    r"(?:quiero|necesito|quisiera|queria|hable|hablar|hablo|hace\s+falta)\b|\bsin\s+(?:tener\s+que\s+)?(?:hablar|querer)\b"
)
_WHAT_WAS = re.compile(
    r"\b(?:hable|converse|llame|colgo|colgaron|prometio|prometieron|dijo|dijeron|mintio|mintieron|mal|me\s+atendio)\b"
)
_ROBOT = re.compile(
    r"\b(?:no\s+(?:quiero|aguanto|soporto|me\s+gustan?)|no(?=\s+(?:un\s+)?(?:robot|bot|maquina))|sin|basta\s+de|harto\s+de"
    r"|harta\s+de|cansad[oa]\s+de|odio|nada\s+de)\s+(?:\w+\s+){0,3}?(?:robot|bot|maquina|contestadora|grabacion)(?:e?s)?\b"
)

LANGUAGE = Language(
    meant=read_table(_TABLE),
    phrases=_PHRASES,
    money_sign=r"(?:r|us)?\$",
    money_words="reales|real|pesos?|soles|sol|bolivianos|bs|guaranies|dolares|lucas|mangos|varos",
    laughter=r"a?(?:j+[aeiou]+){2,}j*|k{3,}|x+d+|lo+l",
    joints=r"y|pero|tambi[eé]n|adem[aá]s|despu[eé]s|luego|de\s+paso|aparte|otra\s+cosa",
    taken_back=r"(?:(?:mejor|no|ah|en\s+realidad)\s+)*(?:deja(?:lo)?(?:\s+asi)?|olvidalo|mejor\s+no)$",
    refusal=r"(?:yo\s+)?no\s+(?:es|quiero|necesito|voy)\b",
    orders=_ORDERS,
    wish=_WISH,
    bare_wish=_BARE,
    polite=_POLITE,
    no_robot=_ROBOT,
    subject=_SUBJECT,
    not_wanted=_NOT_WANTED,
    what_was=_WHAT_WAS,
    caption=re.compile(
        r"\b(?:el|mi|es|este|cpf|cnpj|documento|numero|nro|tel|telefono|celular|cep|email|e-mail|correo)\b|[^\w\s]"
    ),
)
