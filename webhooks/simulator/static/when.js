// Times and days in the provider's time zone.

const zone = document.body.dataset.timezone;
const clock = new Intl.DateTimeFormat("pt-BR", { hour: "2-digit", minute: "2-digit", timeZone: zone });
const dayKey = new Intl.DateTimeFormat("en-CA", { timeZone: zone });
const longDay = new Intl.DateTimeFormat("pt-BR", { day: "numeric", month: "long", year: "numeric", timeZone: zone });
const shortDay = new Intl.DateTimeFormat("pt-BR", { day: "2-digit", month: "2-digit", year: "numeric", timeZone: zone });
const DAY = 24 * 3600 * 1000;

export const timeOf = (iso) => clock.format(new Date(iso));
export const dayOf = (iso) => dayKey.format(new Date(iso));

/** "Hoje", "Ontem" or the date. */
export function dayName(iso, format = longDay) {
  const day = dayOf(iso);
  if (day === dayOf(Date.now())) return "Hoje";
  if (day === dayOf(Date.now() - DAY)) return "Ontem";
  return format.format(new Date(iso));
}

/** The time today, else the day: for the list of people. */
export function shortWhen(iso) {
  return dayOf(iso) === dayOf(Date.now()) ? timeOf(iso) : dayName(iso, shortDay);
}
