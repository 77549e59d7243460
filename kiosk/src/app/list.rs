//! Lists: which row is selected, which rows are seen, and in what order.
//!
//! A [`List`] holds all its rows and sorts them; a list that only the keeper holds whole is seen
//! through a [`ListCursor`].

use super::key::Key;
use super::view::{Column, RowView, TableView};
use super::words::{Both, both};
use super::{FKeys, Look, Target};
use std::cmp::Ordering;

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

/// A column of a [`List`]: its title, what stands in it, and what it is sorted by.
pub struct ListColumn<T> {
    pub title: Both,
    /// Share of the table's width.
    pub share: f32,
    pub cell: fn(&T, &Look) -> String,
    pub order: fn(&T, &T) -> Ordering,
}

/// Rows that are all here, in an order that the clerk chooses: F6 and a click on a title
/// sort by a column, F7 and another click turn the order around.
pub struct List<T> {
    /// In the order in which they are seen.
    rows: Vec<T>,
    cursor: ListCursor,
    /// Column and whether the largest comes first; `None`: as they came.
    sort: Option<(usize, bool)>,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            cursor: ListCursor::default(),
            sort: None,
        }
    }
}

impl<T> List<T> {
    /// Other rows; the order that was chosen stays.
    pub fn set(&mut self, rows: Vec<T>, columns: &[ListColumn<T>], visible: usize) {
        self.rows = rows;
        self.order(columns);
        self.cursor.keep_in(self.rows.len(), visible);
    }

    pub fn rows(&self) -> &[T] {
        &self.rows
    }

    pub fn selected(&self) -> Option<&T> {
        self.rows.get(self.cursor.selected)
    }

    /// Selects the first row that is `wanted`, if there is one.
    pub fn select(&mut self, wanted: impl Fn(&T) -> bool, visible: usize) {
        if let Some(at) = self.rows.iter().position(wanted) {
            self.cursor.selected = at;
            self.cursor.keep_in(self.rows.len(), visible);
        }
    }

    /// Gives back whether the key is done with.
    pub fn key(&mut self, key: Key, columns: &[ListColumn<T>], visible: usize) -> bool {
        match key {
            Key::F(6) => {
                let next = self
                    .sort
                    .map_or(0, |(column, _)| (column + 1) % columns.len().max(1));
                self.sort_by(next, false, columns);
            }
            Key::F(7) => {
                let (column, descending) = self.sort.unwrap_or((0, false));
                self.sort_by(column, !descending, columns);
            }
            key => return self.cursor.key(key, self.rows.len(), visible),
        }
        self.cursor.keep_in(self.rows.len(), visible);
        true
    }

    /// A click on a row or a title; gives back whether it was on the row already selected, which
    /// opens it.
    pub fn pointed(&mut self, target: Target, columns: &[ListColumn<T>], visible: usize) -> bool {
        match target {
            Target::Row(row) => {
                let index = self.cursor.top + row;
                let again = index == self.cursor.selected;
                self.cursor.selected = index;
                self.cursor.keep_in(self.rows.len(), visible);
                again
            }
            Target::Column(column) => {
                let descending = self.sort == Some((column, false));
                self.sort_by(column, descending, columns);
                false
            }
            _ => false,
        }
    }

    pub fn scrolled(&mut self, rows: isize, visible: usize) {
        self.cursor.scroll(rows, self.rows.len(), visible);
    }

    fn sort_by(&mut self, column: usize, descending: bool, columns: &[ListColumn<T>]) {
        if column < columns.len() {
            self.sort = Some((column, descending));
            self.order(columns);
        }
    }

    /// The row that is selected stays so, wherever it comes to stand.
    fn order(&mut self, columns: &[ListColumn<T>]) {
        let Some((by, descending)) = self.sort else {
            return;
        };
        let Some(column) = columns.get(by) else {
            return;
        };
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        order.sort_by(|a, b| {
            let ascending = (column.order)(&self.rows[*a], &self.rows[*b]);
            if descending {
                ascending.reverse()
            } else {
                ascending
            }
        });
        if let Some(now) = order.iter().position(|old| *old == self.cursor.selected) {
            self.cursor.selected = now;
        }
        let mut rows: Vec<Option<T>> = self.rows.drain(..).map(Some).collect();
        self.rows = order.iter().filter_map(|old| rows[*old].take()).collect();
    }

    /// The keys that sort, where there is something to sort.
    pub fn fkeys(&self) -> FKeys {
        if self.rows.len() < 2 {
            return Vec::new();
        }
        vec![(6, both("並べ替え", "Sort")), (7, both("逆順", "Reverse"))]
    }

    /// The rows that are seen; `dress` gives a row its tone.
    pub fn view(
        &self,
        columns: &[ListColumn<T>],
        look: &Look,
        dress: impl Fn(&T, RowView) -> RowView,
    ) -> TableView {
        let row = |(index, row): (usize, &T)| {
            let cells = columns.iter().map(|c| (c.cell)(row, look)).collect();
            let selected = index == self.cursor.selected;
            dress(
                row,
                RowView {
                    cells,
                    selected,
                    ..RowView::default()
                },
            )
        };
        let seen = self.rows.iter().enumerate().skip(self.cursor.top);
        TableView {
            columns: columns
                .iter()
                .map(|column| Column {
                    title: column.title.get(look.language).to_owned(),
                    share: column.share,
                    sortable: true,
                })
                .collect(),
            sort: self.sort,
            rows: seen.take(look.shared.visible_rows).map(row).collect(),
            top: self.cursor.top,
            total: self.rows.len(),
            ..TableView::default()
        }
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

    const COLUMNS: [ListColumn<(&str, u32)>; 2] = [
        ListColumn {
            title: both("名前", "Name"),
            share: 0.5,
            cell: |row, _| row.0.to_owned(),
            order: |a, b| a.0.cmp(b.0),
        },
        ListColumn {
            title: both("人数", "People"),
            share: 0.5,
            cell: |row, _| row.1.to_string(),
            order: |a, b| a.1.cmp(&b.1),
        },
    ];

    fn list() -> List<(&'static str, u32)> {
        let mut list = List::default();
        list.set(vec![("b", 10), ("c", 9), ("a", 100)], &COLUMNS, 10);
        list
    }

    fn names(list: &List<(&'static str, u32)>) -> String {
        list.rows().iter().map(|row| row.0).collect()
    }

    #[test]
    fn rows_stand_as_they_came_until_somebody_sorts_them() {
        let mut list = list();
        assert_eq!(names(&list), "bca");
        list.key(Key::F(6), &COLUMNS, 10);
        assert_eq!(names(&list), "abc");
        list.key(Key::F(6), &COLUMNS, 10);
        assert_eq!(names(&list), "cba", "by number, not by its digits");
        list.key(Key::F(7), &COLUMNS, 10);
        assert_eq!(names(&list), "abc");
        list.key(Key::F(6), &COLUMNS, 10);
        assert_eq!(names(&list), "abc", "the first column again");
    }

    #[test]
    fn the_selected_row_stays_selected_when_the_order_changes() {
        let mut list = list();
        list.key(Key::Down, &COLUMNS, 10);
        assert_eq!(list.selected().map(|row| row.0), Some("c"));
        list.pointed(Target::Column(0), &COLUMNS, 10);
        assert_eq!(list.selected().map(|row| row.0), Some("c"));
        list.pointed(Target::Column(0), &COLUMNS, 10);
        assert_eq!(names(&list), "cba", "a second click turns the order around");
        assert_eq!(list.selected().map(|row| row.0), Some("c"));
    }

    #[test]
    fn new_rows_come_in_the_order_that_was_chosen() {
        let mut list = list();
        list.key(Key::F(6), &COLUMNS, 10);
        list.set(vec![("z", 1), ("y", 2)], &COLUMNS, 10);
        assert_eq!(names(&list), "yz");
    }

    #[test]
    fn a_second_click_on_a_row_opens_it() {
        let mut list = list();
        assert!(!list.pointed(Target::Row(1), &COLUMNS, 10));
        assert!(list.pointed(Target::Row(1), &COLUMNS, 10));
    }
}
