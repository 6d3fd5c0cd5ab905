"""Short answers in the Spanish of Latin America: yes, no, the second one, done."""

from __future__ import annotations

import re

from bot.languages import ReplyWords, word_set

_ORDINALS = {"primer": 1, "segund": 2, "tercer": 3, "cuart": 4, "quint": 5}
_WORKS = (
    r"(?:volvio|regreso|funcion(?:a|o|ando)|anda(?:ndo)?|jala(?:ndo)?|camina(?:ndo)?|se (?:arreglo|soluciono|resolvio)"
    r"|(?:arreglad|solucionad|resuelt)[oa]|mejoro|ya (?:hay|tengo) (?:internet|senal|conexion|servicio))"
)
_BILL = r"(?:todo|eso|(?:la|mi|el) (?:factura|cuenta|boleta|boleto|recibo|deuda|mensualidad))"
_ONCE_PAID = r"(?:(?:cuando|apenas|en cuanto|ni bien) (?:yo )?(?:cobre|cobro|me (?:paguen|depositen)))"

WORDS = ReplyWords(
    yes=word_set("""s si sii siii sip sisi sim claro quiero ok oka okay okey vale dale listo bueno bien correcto
    exacto confirmo confirmado acepto aceptado perfecto obvio adelante hagalo hazlo hacelo hagale aja sale va vamos
    simon seguro positivo acuerdo supuesto yes"""),
    no=word_set("n no nop nel nah nunca jamas negativo rechazo dejalo dejala olvidalo"),
    negation="no",
    fillers=word_set("""por favor porfa porfis porfavor plis si entonces pues eso es asi ya ahora mismo la el lo un
    una ah me ayuda ayudame hace haga pronto senor senora senorita joven amigo amiga che gracias muchas muy amable
    con gusto todo esta ta de que hoy mientras hacer mi"""),
    release_words=word_set("""libera liberar libere liberen liberame libereme liberenme reconecta reconecte reconecten
    activa active activen habilita habilite habiliten reactiva reactiven"""),
    signal_words=word_set("senal internet servicio linea"),
    offered_words=word_set(
        "cambiar cambia cambie cambielo cambiela cambialo cambiala reiniciar reinicia reinicie reinicielo"
    ),
    invoice_words=word_set("otra otro proxima siguiente factura boleta boleto recibo cuenta"),
    more_invoices=("otra", "proxima", "siguiente", "las dos", "todas", "demas", "una mas", "tambien"),
    another_invoice=re.compile(
        r"\b(?:otr[oa]s?|proxim[oa]s?|siguientes?) (?:boleto|boleta|factura|cuenta|recibo|cuota)s?\b"
        r"|^\W*(?:(?:y|hay|tiene[ns]?|donde esta|me|mand[ae]|quiero|ahora) )*(?:el |la |los |las )?otr[oa]s?"
        r"(?: (?:tambien|por favor|porfa))*\W*$"
    ),
    another_place=re.compile(
        r"\botr[oa]s?\s+(?:direccion|contrato|casa|domicilio|lugar|local|departamento|apartamento|negocio|sucursal)"
    ),
    place=re.compile(r"\b(?:de la|del|en (?:el|la)|al|a la|calle|avenida|av|rua)\b"),
    at=r"(?:del|al|(?:de|en|a) (?:el|la))",
    streets=word_set(
        "calle avenida av pasaje camino carretera ruta plaza rua r travessa estrada rodovia alameda praca"
    ),
    # "Cancelo" alone may end the contract; with the bill beside it, it pays.
    promise=re.compile(
        rf"\b(?:(?:que|y|pues|porque|xq) )?(?:{_ONCE_PAID} )?(?:yo )?(?:ya )?(?:te |les |se )?(?:lo |la )?"
        rf"(?:(?:voy a pagar|estoy pagando|pago|pagare|abono|hago (?:el|la) (?:pix|pago|deposito|transferencia))"
        rf"(?: {_BILL})?|cancelo {_BILL})(?: {_ONCE_PAID})?\b"
    ),
    when=word_set("""hasta sin falta despues dia noche tarde manana temprano semana viene mes quincena fin en del antes
    para a lunes martes miercoles jueves viernes sabado domingo pasado proximo proxima este esta diez quince veinte"""),
    already=re.compile(r"\bya pag(?:o|ue|ado)\b"),
    paid=re.compile(
        r"(?<!no )(?<!no la )(?<!no lo )(?<!siempre )"
        r"\b(?:pague|pagamos|cancele|deposite|transferi|(?:esta|fue|quedo) pagad[oa]"
        r"|hice (?:el|la) (?:pix|pago|deposito|transferencia))\b"
    ),
    proof=re.compile(r"\b(?:comprobante|voucher|recibo|boucher|constancia)s?\b"),
    amount=re.compile(
        r"\b(?:cuanto(?!s? (?:tiempo|dias?|tarda|demora))|(?:cual|que) (?:es )?(?:el )?(?:monto|valor|total|importe))\b"
    ),
    payment=re.compile(r"\b(?:pague|pagamos|pagad[oa]|pagos?|cancele|deposite|deposito|transferi|transferencia)\b"),
    signal=re.compile(
        r"\b(?:des)?bloque\w*|\b(?:liber|reconec|reactiv|activ|habilit|cort|volv|regres|funcion|conec|conex|suspen)\w*"
        r"|\brestablec\w*|\b(?:senal|internet|servicio|linea|wi-?fi|luz|sin)\b"
    ),
    acknowledged=word_set("""apague prendi encendi reinicie desenchufe ok okay okey oka bueno bien dale listo vale
    voy a hacer hacerlo probar intentar ver apagar apagarlo ya ahora ahorita entonces un una espera espere esperame
    espereme momento momentito minuto minutito rato aja estoy haciendo probando intentando eso aqui aca gracias lo
    la"""),
    later=re.compile(
        r"\b(?:(?:te|le|les|ya|yo) aviso|(?:te|le) (?:digo|cuento)|(?:sin|no hay|no tengo) (?:energia|corriente)"
        r"|(?:se (?:fue|corto)|no hay) la luz|no hay luz)\b"
    ),
    negated=re.compile(rf"\b(?:no|ni|tampoco)\s+(?:\w+\s+){{0,2}}?{_WORKS}"),
    again=re.compile(
        r"\b(?:sig(?:o|ue|uen)(?! (?:funcionando|andando|bien))|continu\w+|lo mismo|igual"
        r"|(?:todavia|aun) (?:no|sin|nada)|se (?:cayo|cae)|empeoro|peor|no se pudo|nada cambio)\b"
    ),
    worked=re.compile(rf"\b{_WORKS}\b"),
    still=re.compile(r"\b(?:nada|sin (?:internet|senal|conexion|servicio|linea))\b"),
    changed=re.compile(r"\b(?:volvio|regreso|se (?:cayo|corto)|otra vez|de nuevo|nuevamente|recien|acaba de)\b"),
    # Without "los", which is the light's name in Portuguese but an article here.
    faulty=re.compile(r"\b(?:roj[oa]s?|lent[oa]s?|inestable|intermitente|se (?:traba|corta|cae)|apagad[oa]s?)\b"),
    not_any_more=re.compile(r"\b(?:paro|se apago|se fue|desaparecio|ya no|estaba|era)\b|\bsin luz\b"),
    wifi_name=re.compile(r"\b(?:nombre|ssid)\b"),
    wifi_password=re.compile(r"\b(?:contrasena|clave|password)\b"),
    # "Si" before a blank may be an "if": what stands behind it is no other wish beside a yes.
    turning=re.compile(r"[,.;:!\n]+|\s+(?=(?:y|pero|solo|ademas|aprovech\w*)\b)", re.MULTILINE),
    every=re.compile(
        r"(?:(?:y|quiero|queria|manda|mande|de|los|las|para|en|a) )*(?:dos|ambos|ambas|todos|todas|todo)"
        r"(?: (?:los|las|dos|ellos|ellas|direcciones|contratos|casas))*(?: (?:por favor|porfa|gracias))?"
    ),
    pointed=re.compile(
        r"(?:(?:es|seria|quiero|queria|manda|mande) )?"
        r"(?:opcion |numero |(?:el|la|en el|en la|del|de la)(?: numero| opcion| del?| de en)? |de )?"
        rf"((?:{'|'.join(_ORDINALS)})[ao]?|arriba|abajo|ultim[ao]|final|medio|\d{{1,2}})"
        r"[ªºao.)]?(?: opcion| direccion| contrato| de la lista)?(?: por favor| porfa)?"
    ),
    ordinals={f"{stem}{end}": place for stem, place in _ORDINALS.items() for end in ("", "a", "o")},
    first=word_set("arriba"),
    middle=word_set("medio"),
    last=word_set("abajo ultimo ultima final"),
    not_telling=word_set("""que cual ese esa este esta eso para por favor quiero queria seria ser con del los las una
    mis nuestro nuestra aqui aca alla mismo misma equivoque equivocado perdon disculpa disculpe quise decir era calle
    avenida rua direccion casa contrato opcion numero dia tarde noche buena buenas bueno hola"""),
    gives_up=re.compile(
        r"(?:(?:ah|ok|bueno|bien|entonces|no|gracias|listo|dale|mejor) )*"
        r"(?:dej[ae](?:lo|la)?(?: (?:asi|nomas|no mas|ahi))?|olvida(?:lo|te)?(?: de eso)?|no importa|mejor no"
        r"|ya no (?:importa|hace falta|quiero|necesito)(?: nada| eso)?|no (?:hace falta|quiero|necesito)(?: mas| nada)+"
        r"|nada mas)(?: (?:gracias|por ahora|ya lo resolvi|ya se resolvio|entonces))*"
    ),
    corrects=re.compile(
        r"\b(?:quise|quiero|queria|estaba queriendo) decir\b|\b(?:dije|escribi|mande|pedi) mal\b"
        r"|\bme (?:equivoque|confundi|exprese mal)\b|\bno (?:es|era|fue) (?:eso|asi)\b"
    ),
    understood=re.compile(r"^\W*(?:entiendo|entendi|entendido|comprendo)\b"),
    menu=re.compile(r"\b(?:menu|opciones|lista|inicio)\b"),
    deal_words=word_set("cierra cerrar cierre cierralo cerrado aceptar arreglo asi"),
    instalments=re.compile(r"\b(\d{1,2}|[a-z]+) ?(?:x\b|ve(?:z|ces)\b|cuotas?\b|pagos\b)"),
    at_once=re.compile(r"\b(?:al contado|de una (?:sola )?vez|pago unico)\b"),
    counts={
        **{"una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9},
        **{"diez": 10, "once": 11, "doce": 12},
    },
)
