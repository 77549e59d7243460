//! Which row of a long list is selected and which rows are seen.

use super::key::Key;
use super::view::Column;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListCursor {
    pub selected: usize,
    pub top: usize,
}

impl ListCursor {
    /// Moves by a key; `visible` rows are seen of `total`. Gives back whether the key is
    /// one that moves.
    pub fn key(&mut self, key: Key, total: usize, visible: usize) -> bool {
        let page = visible.max(2) - 1;
        self.selected = match key {
            Key::Up => self.selected.saturating_sub(1),
            Key::Down => self.selected + 1,
            Key::PageUp => self.selected.saturating_sub(page),
            Key::PageDown => self.selected + page,
            Key::Home => 0,
            Key::End => total,
            _ => return false,
        };
        self.keep_in(total, visible);
        true
    }

    /// Scrolls by rows without leaving the list; the selection follows.
    pub fn scroll(&mut self, rows: isize, total: usize, visible: usize) {
        self.top = self
            .top
            .saturating_add_signed(rows)
            .min(total.saturating_sub(visible));
        self.selected = self.selected.clamp(self.top, self.top + visible.max(1) - 1);
        self.keep_in(total, visible);
    }

    /// Keeps the selection in the list and in sight.
    pub fn keep_in(&mut self, total: usize, visible: usize) {
        let visible = visible.max(1);
        self.selected = self.selected.min(total.saturating_sub(1));
        self.top = self
            .top
            .min(self.selected)
            .max((self.selected + 1).saturating_sub(visible));
    }
}

/// Columns whose order nobody changes: title and share of the width.
pub fn columns<const N: usize>(titles: [(String, f32); N]) -> Vec<Column> {
    let column = |(title, share)| Column {
        title,
        share,
        sortable: false,
    };
    titles.into_iter().map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selection_stays_in_the_list_and_in_sight() {
        let mut cursor = ListCursor::default();
        cursor.key(Key::Up, 30, 10);
        assert_eq!(cursor.selected, 0);
        cursor.key(Key::End, 30, 10);
        assert_eq!(
            cursor,
            ListCursor {
                selected: 29,
                top: 20
            }
        );
        cursor.key(Key::PageUp, 30, 10);
        assert_eq!(
            cursor,
            ListCursor {
                selected: 20,
                top: 20
            }
        );
        cursor.scroll(-5, 30, 10);
        assert_eq!(
            cursor,
            ListCursor {
                selected: 20,
                top: 15
            }
        );
        cursor.keep_in(3, 10);
        assert_eq!(cursor.selected, 2);
    }

    #[test]
    fn an_empty_list_has_nothing_to_move_in() {
        let mut cursor = ListCursor::default();
        cursor.key(Key::PageDown, 0, 10);
        assert_eq!(cursor, ListCursor::default());
    }
}
