//! The tables of docs/imports.md, from the registries.

use crate::{Effect, Problem, headers, words};
use std::fmt::Write;

/// What an import understands and what it can say, as Markdown in both languages.
pub fn manual_tables() -> String {
    let mut page = String::from(
        "# 取り込み / Imports\n\n\
         <!-- Made from apps/intake/data; `KURAMORI_BLESS=1 cargo test -p intake` writes it anew. -->\n",
    );
    section(&mut page, "報告 / What the report says");
    page += "| code | effect | ja | en |\n|---|---|---|---|\n";
    for problem in Problem::ALL {
        let effect = match problem.effect() {
            Effect::Taken => "取り込む / taken",
            Effect::ValueLeftOut => "値を除く / value left out",
            Effect::RowLeftOut => "行を除く / row left out",
        };
        let (ja, en) = (
            format!("{}{}", problem.what_ja(), problem.todo_ja()),
            format!("{} {}", problem.what_en(), problem.todo_en()),
        );
        row(&mut page, &[problem.code(), effect, &ja, &en]);
    }
    section(&mut page, "見出し / Titles of columns");
    page += "| field | 見出し |\n|---|---|\n";
    for (field, titles) in headers::listed() {
        row(&mut page, &[&field, &titles.join("、")]);
    }
    section(&mut page, "取り込みで使える言葉 / Words in cells");
    page += "| list | code | 言葉 |\n|---|---|---|\n";
    for (list, code, listed) in words::listed() {
        row(&mut page, &[list, &code, &listed.join("、")]);
    }
    page
}

fn section(page: &mut String, title: &str) {
    page.push_str("\n## ");
    page.push_str(title);
    page.push_str("\n\n");
}

fn row(page: &mut String, cells: &[&str]) {
    for cell in cells {
        let _ = write!(page, "| {} ", cell.replace('|', "\\|"));
    }
    page.push_str("|\n");
}
