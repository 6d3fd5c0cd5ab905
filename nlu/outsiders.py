"""Brazilian names that say that a message may be about somebody else's business, by kind (also used inside Rasa)."""

from __future__ import annotations

_WORDS = """
utility: sabesp copasa embasa caema cagece compesa casan corsan sanepar cedae saae caern cosanpa saneago caesb dae
utility: enel cemig copel coelba celpe cosern neoenergia cpfl energisa equatorial celesc elektro edp coelce ceee
utility: eletropaulo eletrobras eletricidade energia hidrometro esgoto ultragaz liquigas comgas botijao agua gas
bank: nubank bradesco itau santander picpay pagbank pagseguro sicredi sicoob c6 bb banrisul caixaeconomica neon
bank: mercadopago cartao consignado emprestimo agiota anuidade consorcio financiamento
shop: riachuelo renner magalu americanas shopee shein aliexpress amazon mercadolivre ifood uber rappi kabum olx havan
shop: marisa pernambucanas decathlon correios sedex transportadora supermercado mercado farmacia padaria pizzaria
shop: acougue loja sapato tenis vestido camiseta geladeira fogao sofa colchao capinha pelicula
app: instagram facebook tiktok twitter telegram youtube netflix spotify globoplay disney hbo hbomax crunchyroll
app: primevideo paramount uol gmail hotmail google icloud apple steam psn xbox roblox freefire valorant minecraft
app: fortnite epic discord
mobile: chip esim simcard recarga prepago pospago 4g 5g 3g portabilidade roaming tim nextel operadora ddi
public: inss iptu ipva detran cnh rg fies enem prouni sus titulo eleitor bolsafamilia auxilio prefeitura faculdade
public: escola matricula universidade creche concurso cartorio alvara passaporte vestibular
travel: latam decolar booking airbnb passagem voo hotel pousada aeroporto rodoviaria onibus
health: dentista pediatra ginecologista consulta exame vacina hospital clinica veterinario posto remedio cirurgia
"""
KIND_OF = {
    name: f"of{kind}"
    for kind, _, names in (line.partition(": ") for line in _WORDS.split("\n"))
    for name in names.split()
}
"""A regular word to the word that is said beside it, so that a name never seen in training counts like its kind."""

PHRASES = (
    (r"\bcasas\s+bahia\b|\bmagazine\s+luiza\b|\bmercado\s+livre\b|\bmercado\s+pago\b", "ofshop"),
    (r"\breceita\s+federal\b|\bbolsa\s+familia\b|\bseguro\s+desemprego\b|\bcarteira\s+de\s+trabalho\b", "ofpublic"),
    (r"\bconta\s+d[ea]\s+(?:luz|agua)\b|\bfalta\s+de\s+(?:luz|agua)\b|\b(?:luz|agua)\s+da\s+rua\b", "ofutility"),
    (r"\bfree\s+fire\b|\bprime\s+video\b|\bhbo\s+max\b", "ofapp"),
    (r"\b(?:linha|dados)\s+move(?:l|is)\b|\b(?:chip|plano|conta|credito)\s+(?:d[oe]|no)\s+celular\b", "ofmobile"),
)
"""The same for names of several words, as patterns over folded text."""
