//! Tables as text: reading those that people export from anywhere, and writing one that spreadsheets open safely.

/// Rows of cells. Separators are those of the first line: comma, semicolon or tab.
pub(super) fn read(text: &str) -> Vec<Vec<String>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().next().unwrap_or_default();
    let separator = [',', ';', '\t'].into_iter().max_by_key(|c| (first.matches(*c).count(), *c == ',')).unwrap_or(',');
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => quoted = true,
            c if quoted => cell.push(c),
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' | '\r' => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c if c == separator => row.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    rows
}

/// One line. What a spreadsheet would take for a formula is text.
pub(super) fn line(cells: &[&str]) -> String {
    let cells: Vec<_> = cells.iter().map(|cell| written(cell)).collect();
    format!("{}\r\n", cells.join(","))
}

fn written(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let cell = if formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains(['"', ',', ';', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_every_origin_are_read() {
        assert_eq!(read("\u{feff}id;name\r\n1;\"a;\"\"b\"\"\"\r\n"), [["id", "name"], ["1", "a;\"b\""]]);
        assert_eq!(read("name\tid\na,b\t2"), [["name", "id"], ["a,b", "2"]]);
        assert_eq!(read("name,id\n\"two\nlines\",3\n"), [["name", "id"], ["two\nlines", "3"]]);
        assert_eq!(read("one\n\ntwo"), [vec!["one"], vec![""], vec!["two"]]);
        assert!(read("").is_empty());
    }

    #[test]
    fn nothing_that_is_written_is_a_formula() {
        assert_eq!(line(&["a", "=1+1", "x,\"y\"", "-"]), "a,'=1+1,\"x,\"\"y\"\"\",'-\r\n");
    }
}
