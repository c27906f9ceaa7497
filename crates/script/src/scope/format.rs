//! Dates, times and money as people of a language write them.

use jiff::civil::{Date, DateTime, Time, Weekday};
use understand::locale::Language;

/// How a language writes them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style(Language);

const MONTHS_ES: [&str; 12] = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const MONTHS_PT: [&str; 12] = [
    "janeiro",
    "fevereiro",
    "março",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
];
const DAYS_ES: [&str; 7] = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"];
const DAYS_EN: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const DAYS_PT: [&str; 7] =
    ["segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo"];

impl Style {
    pub(super) fn of(locale: &str) -> Self {
        Style(Language::of(locale).unwrap_or(Language::Spanish))
    }

    fn pick<T>(self, spanish: T, english: T, portuguese: T) -> T {
        match self.0 {
            Language::Spanish => spanish,
            Language::English => english,
            Language::Portuguese => portuguese,
        }
    }

    pub(super) fn weekday(self, date: Date) -> &'static str {
        let names = self.pick(DAYS_ES, DAYS_EN, DAYS_PT);
        names.get(place(date.weekday())).copied().unwrap_or_default()
    }

    /// `hoy`, `mañana`, else `miércoles 25 de noviembre`, with the year where it is another one.
    pub(super) fn date(self, date: Date, today: Date) -> String {
        if date == today {
            return self.pick("hoy", "today", "hoje").to_owned();
        }
        if today.tomorrow().is_ok_and(|tomorrow| date == tomorrow) {
            return self.pick("mañana", "tomorrow", "amanhã").to_owned();
        }
        let months = self.pick(MONTHS_ES, MONTHS_EN, MONTHS_PT);
        let month = usize::try_from(date.month() - 1).ok().and_then(|place| months.get(place)).copied();
        let (month, day, weekday) = (month.unwrap_or_default(), date.day(), self.weekday(date));
        let same_year = date.year() == today.year();
        let year = date.year();
        match self.0 {
            Language::Spanish if same_year => format!("{weekday} {day} de {month}"),
            Language::Spanish => format!("{weekday} {day} de {month} de {year}"),
            Language::English if same_year => format!("{weekday}, {month} {day}"),
            Language::English => format!("{weekday}, {month} {day}, {year}"),
            Language::Portuguese if same_year => format!("{weekday}, {day} de {month}"),
            Language::Portuguese => format!("{weekday}, {day} de {month} de {year}"),
        }
    }

    pub(super) fn time(self, time: Time) -> String {
        format!("{}:{:02}", time.hour(), time.minute())
    }

    /// `mañana a las 10:00`.
    pub(super) fn when(self, at: DateTime, now: DateTime) -> String {
        let (date, time) = (self.date(at.date(), now.date()), self.time(at.time()));
        match self.0 {
            Language::Spanish if at.hour() == 1 => format!("{date} a la {time}"),
            Language::Spanish => format!("{date} a las {time}"),
            Language::English => format!("{date} at {time}"),
            Language::Portuguese if at.hour() == 1 => format!("{date} à {time}"),
            Language::Portuguese => format!("{date} às {time}"),
        }
    }

    /// `1.234,50 €`, `$1,234.50`, `R$ 1.234,50`. What is no number stays as it is.
    pub(super) fn money(self, amount: &str, currency: &str) -> String {
        let Some((sign, whole, cents)) = parts(amount) else { return amount.to_owned() };
        let (thousands, point) = match (self.0, currency) {
            (Language::English, _) | (_, "MXN" | "USD" | "PEN" | "GTQ" | "DOP") => (',', '.'),
            _ => ('.', ','),
        };
        // Spain writes four digits without a point (RAE, Ortografía 2010); elsewhere it is usual.
        let groups_from = if self.0 == Language::Spanish && currency == "EUR" { 5 } else { 4 };
        let number = format!("{sign}{}{point}{cents}", grouped(&whole, thousands, groups_from));
        match currency {
            "EUR" if self.0 == Language::English => format!("€{number}"),
            "EUR" => format!("{number} €"),
            "BRL" => format!("R$ {number}"),
            "USD" => format!("US${number}"),
            "MXN" | "ARS" | "CLP" | "COP" | "UYU" => format!("${number}"),
            "PEN" => format!("S/ {number}"),
            other => format!("{number} {other}"),
        }
    }
}

/// The sign, the whole and two digits of cents, rounded half up.
fn parts(amount: &str) -> Option<(&'static str, String, String)> {
    let (sign, digits) = match amount.trim().strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", amount.trim()),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = !whole.is_empty() && whole.chars().chain(fraction.chars()).all(|c| c.is_ascii_digit());
    let thousandths = format!("{fraction:0<3}").get(..3)?.parse::<u64>().ok()?;
    let all =
        whole.parse::<u64>().ok().filter(|_| is_number)?.checked_mul(1000)?.checked_add(thousandths + 5)?;
    Some((sign, (all / 1000).to_string(), format!("{:02}", all % 1000 / 10)))
}

fn grouped(whole: &str, mark: char, from: usize) -> String {
    if whole.len() < from {
        return whole.to_owned();
    }
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(mark);
        }
        grouped.push(digit);
    }
    grouped
}

fn place(day: Weekday) -> usize {
    usize::try_from(day.to_monday_zero_offset()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_as_in_its_country() {
        use Language::{English, Portuguese, Spanish};
        for (language, amount, currency, expected) in [
            (Spanish, "1234.5", "EUR", "1234,50 €"),
            (Spanish, "12345.675", "EUR", "12.345,68 €"),
            (Spanish, "1234.5", "MXN", "$1,234.50"),
            (Spanish, "1500000", "CLP", "$1.500.000,00"),
            (English, "1234.5", "EUR", "€1,234.50"),
            (Portuguese, "-1234", "BRL", "R$ -1.234,00"),
            (Spanish, "0.5", "UYU", "$0,50"),
            (Spanish, "mucho", "EUR", "mucho"),
            (Spanish, "1e5", "EUR", "1e5"),
        ] {
            assert_eq!(Style(language).money(amount, currency), expected, "{amount} {currency}");
        }
    }

    #[test]
    fn a_moment_is_told_from_today() {
        let now: DateTime = "2026-12-31T09:00".parse().unwrap();
        for (at, expected) in [
            ("2026-12-31T13:30", "hoy a las 13:30"),
            ("2027-01-01T01:00", "mañana a la 1:00"),
            ("2027-01-04T10:05", "lunes 4 de enero de 2027 a las 10:05"),
        ] {
            assert_eq!(Style(Language::Spanish).when(at.parse().unwrap(), now), expected);
        }
    }
}
