//! Just enough of CSV to show a table and to count its rows.

/// A table: its head and the rows below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FileTable {
    pub(super) head: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

impl FileTable {
    /// Reads a table whose first line names the columns; none for a text that has only one column.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut lines = text.trim_start_matches('\u{feff}').lines().filter(|line| !line.trim().is_empty());
        let first = lines.next()?;
        let comma = [',', ';', '\t'].into_iter().max_by_key(|c| first.matches(*c).count())?;
        let head = cells(first, comma);
        (head.len() > 1).then(|| Self { head, rows: lines.map(|line| cells(line, comma)).collect() })
    }

    /// A row as a sentence says it: `Conveyancing: fee 950, from March`.
    pub(super) fn row_as_text(&self, row: &[String]) -> String {
        let named = self.head.iter().zip(row).skip(1).filter(|(_, cell)| !cell.is_empty());
        let rest: Vec<String> = named.map(|(name, cell)| format!("{name} {cell}")).collect();
        match row.first() {
            Some(first) if !first.is_empty() => format!("{first}: {}", rest.join(", ")),
            _ => rest.join(", "),
        }
    }
}

fn cells(line: &str, comma: char) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            c if c == comma && !quoted => cells.push(std::mem::take(&mut cell).trim().to_owned()),
            c => cell.push(c),
        }
    }
    cells.push(cell.trim().to_owned());
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_a_cell_together() {
        let table =
            FileTable::read("\u{feff}Service;Fee\nWills;\"1;200\"\n\nSale;\"\"\"fair\"\"\"\n").unwrap();
        assert_eq!(table.head, ["Service", "Fee"]);
        assert_eq!(table.rows, [["Wills", "1;200"], ["Sale", "\"fair\""]]);
        assert_eq!(table.row_as_text(&table.rows[0]), "Wills: Fee 1;200");
        assert_eq!(FileTable::read("just a line\nand another"), None);
        assert_eq!(FileTable::read(""), None);
    }
}
