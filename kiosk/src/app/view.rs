//! What is on the screen, as plain values. `bind` copies them into Slint; tests read them.

use super::Locks;
use crate::ime::{CandidatesView, PreeditPart};
use codes::{ErrorCode, Language, ScreenCode};

/// Everything that is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    /// Of everything that is shown.
    pub language: Language,
    pub tag: CodeTag,
    /// The screens on the way here, from the home screen.
    pub trail: Vec<String>,
    pub title: String,
    /// The company that somebody is logged in to, or the product's name.
    pub owner: String,
    /// Who is logged in.
    pub user: String,
    /// Local date and time, to the minute.
    pub clock: String,
    /// How letters are taken here: `あ ﾛｰﾏ`, `カ かな`, `A`.
    pub ime: String,
    /// What is composed at the caret, and the open list of candidates.
    pub preedit: Vec<PreeditPart>,
    pub candidates: Option<CandidatesView>,
    /// `JIS`, `US` or `UK`.
    pub layout: String,
    pub locks: Locks,
    /// The keyboard on the screen, where something can be typed.
    pub keyboard: Option<KeyboardView>,
    /// How many sticks are plugged in besides the one that was booted; empty for none.
    pub sticks: String,
    pub message: Option<MessageView>,
    pub body: Body,
    pub fkeys: Vec<FKeyView>,
    pub dialog: Option<DialogView>,
    /// What F1 opened; never together with a dialog.
    pub help: Option<HelpView>,
}

/// The visible code: where we are, in three places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CodeTag {
    pub screen: Option<ScreenCode>,
    pub dialog: Option<ScreenCode>,
    pub error: Option<ErrorCode>,
}

impl std::fmt::Display for CodeTag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let codes = [
            self.screen.map(ScreenCode::code),
            self.dialog.map(ScreenCode::code),
            self.error.map(ErrorCode::code),
        ];
        let mut first = true;
        for code in codes.into_iter().flatten() {
            if !first {
                f.write_str(" ")?;
            }
            f.write_str(code)?;
            first = false;
        }
        Ok(())
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Info,
    Good,
    Bad,
    /// Nothing is refused, but somebody should look.
    Warning,
}

/// Whether a field takes what is typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    #[default]
    Edit,
    /// It can be read and reached, not changed.
    ReadOnly,
    /// It means nothing now and is passed over.
    Disabled,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct MessageView {
    pub tone: Tone,
    pub text: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct FKeyView {
    pub number: u8,
    pub label: String,
}

/// One of the layouts in `ui/`.
#[derive(Clone, Debug, PartialEq)]
#[allow(
    clippy::large_enum_variant,
    reason = "there are two of them at a time, not thousands"
)]
pub enum Body {
    Notice(Notice),
    Form(FormView),
    Words(WordsView),
    Menu(MenuView),
    Table(TableView),
    Detail(DetailView),
}

impl Default for Body {
    fn default() -> Self {
        Body::Notice(Notice::default())
    }
}

/// A few big words, perhaps with progress.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notice {
    pub tone: Tone,
    pub big: String,
    pub lines: Vec<String>,
    pub progress: Option<Progress>,
}

/// How far long work is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Progress {
    /// It goes on; how far is not known.
    Going,
    /// 0.0 to 1.0
    Part(f32),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct FormView {
    pub lines: Vec<String>,
    /// Words to compare, shown big.
    pub big: Vec<String>,
    pub fields: Vec<FieldView>,
    /// The last thing Enter reaches.
    pub action: String,
    pub action_focused: bool,
}

/// A field, where it stands in the form's grid, and what is in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldView {
    pub label: String,
    pub required: bool,
    pub row: usize,
    /// Left edge and width as parts of the form's width.
    pub x: f32,
    pub width: f32,
    pub focused: bool,
    pub before: String,
    /// What is composed at the caret; its parts stand in [`View::preedit`].
    pub preedit: String,
    pub selected: String,
    /// The caret stands before what is selected.
    pub caret_first: bool,
    pub after: String,
    /// How far the text was scrolled until now, in logical pixels.
    pub scroll: f32,
    /// A field that is chosen, not typed: its options and which one is chosen.
    pub choice: bool,
    pub options: Vec<String>,
    pub chosen: usize,
    pub access: Access,
    pub hint: String,
    /// What the hint means: a verdict that is live, or nothing.
    pub hint_tone: Tone,
    pub error: String,
    /// Strength of a new passphrase, 0–4.
    pub strength: Option<u8>,
    /// Big digits.
    pub digits: bool,
}

/// Recovery words in their fixed grid of three columns and four rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WordsView {
    pub lines: Vec<String>,
    pub cells: Vec<WordCell>,
    pub action: String,
    pub action_focused: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct WordCell {
    /// `01`–`12`, drawn in the code tag's glyphs.
    pub position: String,
    /// The word, or what is typed.
    pub before: String,
    pub preedit: String,
    pub selected: String,
    pub caret_first: bool,
    pub after: String,
    /// `0001`–`2048`, drawn in the code tag's glyphs; empty where it is asked.
    pub place: String,
    /// Whether this one is asked.
    pub asked: bool,
    pub focused: bool,
    /// Words that may be meant, or the one that is.
    pub hint: String,
    pub error: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct MenuView {
    pub items: Vec<MenuItem>,
    pub selected: usize,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct MenuItem {
    pub digit: char,
    pub label: String,
    pub explains: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableView {
    pub lines: Vec<String>,
    pub search: Option<FieldView>,
    pub tabs: Vec<String>,
    pub tab: usize,
    pub columns: Vec<Column>,
    /// Column and whether the largest comes first; `None` where the order is given.
    pub sort: Option<(usize, bool)>,
    /// Rows can be marked.
    pub markable: bool,
    /// Only the rows that are visible.
    pub rows: Vec<RowView>,
    /// Index of the first visible row, and how many there are.
    pub top: usize,
    pub total: usize,
    /// What to say when there are none.
    pub empty: String,
    /// What the selected row holds in full.
    pub detail: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Column {
    pub title: String,
    /// Share of the table's width.
    pub share: f32,
    pub sortable: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowView {
    /// At most six.
    pub cells: Vec<String>,
    pub selected: bool,
    pub marked: bool,
    pub tone: Tone,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DetailView {
    pub pairs: Vec<(String, String)>,
    pub number_label: String,
    /// `1234 5678 9018` while revealed, dots otherwise.
    pub number: String,
    pub revealed: bool,
    pub number_note: String,
}

/// The keyboard on the screen: its keys in units of one key's pitch, none while it is
/// closed and only its mark is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeyboardView {
    pub keys: Vec<KeyView>,
    pub columns: f32,
    pub rows: f32,
    /// It stands at the upper edge, since what is typed into stands below.
    pub above: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeyView {
    pub label: String,
    pub x: f32,
    pub y: f32,
    pub width: f32,
    /// Not a character.
    pub quiet: bool,
    /// Shift, and whether it is on.
    pub toggles: bool,
    pub on: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DialogView {
    pub title: String,
    pub lines: Vec<String>,
    pub choices: Vec<String>,
    pub selected: usize,
    pub progress: Option<Progress>,
    /// The harm that choosing does cannot be undone.
    pub grave: bool,
    /// What the button says that cancels the work; empty where it cannot be cancelled.
    pub cancel: String,
}

/// D-080: about one screen, a page at a time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HelpView {
    pub title: String,
    pub pages: Vec<String>,
    pub page: usize,
    pub about: String,
    /// What is wrong now, and what to do.
    pub error: String,
    pub first: HelpSection,
    pub second: HelpSection,
}

/// Keys, or what a hand does, and what comes of each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HelpSection {
    pub title: String,
    /// In so many columns; in one there is most room for words.
    pub columns: usize,
    pub keys: Vec<(String, String)>,
}
