//! The end of certificates as entries of a calendar (iCalendar, RFC 5545), each with its reminders.

use std::fmt::Write as _;

use pairing::Moment;
use time::macros::format_description;

/// One certificate that ends.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The fingerprint: the same certificate, exported again, stays one entry.
    pub(super) id: String,
    pub(super) name: String,
    pub(super) common_name: String,
    pub(super) at: Moment,
}

/// `reminders` in days before.
pub(super) fn calendar(entries: &[Entry], reminders: &[u32], now: Moment) -> String {
    let mut lines = Lines::default();
    lines.add("BEGIN:VCALENDAR");
    lines.add("VERSION:2.0");
    lines.add("PRODID:-//Pairing Cockpit//Certificates//EN");
    for Entry { id, name, common_name, at } in entries {
        lines.add("BEGIN:VEVENT");
        lines.add(&format!("UID:{id}@pairing-cockpit"));
        lines.add(&format!("DTSTAMP:{}", utc(now)));
        lines.add(&format!("DTSTART:{}", utc(*at)));
        lines.add(&format!("SUMMARY:{}", text(&format!("The certificate of {name} expires"))));
        let advice = "Until then the application can renew it by itself; afterwards it must be paired again.";
        lines.add(&format!("DESCRIPTION:{}", text(&format!("CN={common_name}\nSHA-256 {id}\n{advice}"))));
        lines.add("TRANSP:TRANSPARENT");
        for days in reminders {
            lines.add("BEGIN:VALARM");
            lines.add("ACTION:DISPLAY");
            let when = if *days == 1 { "in 1 day".to_owned() } else { format!("in {days} days") };
            lines.add(&format!("DESCRIPTION:{}", text(&format!("The certificate of {name} expires {when}"))));
            lines.add(&format!("TRIGGER:-P{days}D"));
            lines.add("END:VALARM");
        }
        lines.add("END:VEVENT");
    }
    lines.add("END:VCALENDAR");
    lines.0
}

/// Content lines, folded after 75 bytes, never inside of a character.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn add(&mut self, line: &str) {
        let mut width = 0;
        for character in line.chars() {
            if width + character.len_utf8() > 75 {
                self.0.push_str("\r\n ");
                width = 1;
            }
            self.0.push(character);
            width += character.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

fn utc(at: Moment) -> String {
    let form = format_description!("[year][month][day]T[hour][minute][second]Z");
    // Writing numbers into a text cannot fail.
    at.date_time().format(form).unwrap_or_default()
}

fn text(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '\\' | ';' | ',' => {
                let _ = write!(escaped, "\\{character}");
            }
            '\n' => escaped.push_str("\\n"),
            _ if character.is_control() => {}
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_has_its_time_its_reminders_and_nothing_that_breaks_out() {
        let entry = Entry {
            id: "ab".repeat(32),
            name: "crm; \"Europe\", north\r\nEND:VCALENDAR".into(),
            common_name: "ä".repeat(60),
            at: Moment::parse("2027-03-03T10:44:00+01:00").unwrap(),
        };
        let written = calendar(&[entry], &[30, 1], Moment::from_unix_seconds(0));
        assert!(written.contains("\r\nDTSTART:20270303T094400Z\r\n"));
        assert!(written.contains("\r\nDTSTAMP:19700101T000000Z\r\n"));
        assert!(written.contains("TRIGGER:-P30D\r\n") && written.contains("TRIGGER:-P1D\r\n"));
        assert_eq!(written.matches("END:VCALENDAR\r\n").count(), 1);
        assert_eq!(written.lines().filter(|line| *line == "END:VCALENDAR").count(), 1);
        assert!(written.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')));
        let unfolded = written.replace("\r\n ", "");
        assert!(unfolded.contains("SUMMARY:The certificate of crm\\; \"Europe\"\\, north\\nEND:VCALENDAR expires"));
        assert!(unfolded.contains(&format!("CN={}", "ä".repeat(60))));
    }
}
