//! S-100 to S-140: the first run. What was collected travels from screen to screen in
//! one [`Draft`]; nothing is made before the recovery words were asked back.

use super::word_grid::{self, WordGrid};
use crate::app::field::Kind;
use crate::app::form::{Form, Id, form_key};
use crate::app::recovery::{self, RecoveryWords};
use crate::app::{
    Body, Cx, FKeys, Key, Look, Notice, Progress, Screen, Target, TextField, Tone, WordCell,
    WordsView, both,
};
use codes::{ErrorCode, ScreenCode};
use protocol::Secret;
use protocol::clerk::{Field, FieldError, Reply, companies::CompanyDraft, session};
use protocol::system::{self, Stage, VaultState};

/// How many of the twelve words are asked back.
const ASKED_BACK: usize = 3;

#[derive(Default)]
struct Draft {
    company: CompanyDraft,
    owner_name: String,
    passphrase: Option<Secret>,
    recovery_words: Option<Secret>,
}

/// S-100
pub struct Company {
    form: Form,
    draft: Draft,
}

impl Company {
    pub fn new() -> Self {
        Self::again(Draft::default(), &[])
    }

    /// With what was typed before, and what the keeper refused of it.
    fn again(draft: Draft, errors: &[FieldError]) -> Self {
        let mut form = Form::default()
            .text(
                Id::Keeper(Field::CompanyName),
                both("事業者の名称", "Company name"),
                Kind::Text,
                true,
            )
            .text(
                Id::Keeper(Field::CorporateNumber),
                both(
                    "法人番号（個人事業主は空欄）",
                    "Corporate number (empty for a sole proprietor)",
                ),
                Kind::Corporate,
                false,
            )
            .address(Id::Keeper(Field::CompanyAddress), both("所在地", "Address"))
            .text(
                Id::Keeper(Field::OwnerName),
                both("取扱責任者の氏名", "Name of the responsible person"),
                Kind::Text,
                true,
            );
        form.set_text(Id::Keeper(Field::CompanyName), &draft.company.name);
        form.set_text(
            Id::Keeper(Field::CorporateNumber),
            &draft.company.corporate_number,
        );
        form.set_text(Id::Keeper(Field::CompanyAddress), &draft.company.address);
        form.set_text(Id::Keeper(Field::OwnerName), &draft.owner_name);
        form.fail_all(errors);
        Self { form, draft }
    }
}

impl Screen for Company {
    fn code(&self) -> ScreenCode {
        ScreenCode::FirstRunCompany
    }

    fn form(&mut self) -> Option<&mut Form> {
        Some(&mut self.form)
    }

    fn error(&self) -> Option<ErrorCode> {
        self.form.error()
    }

    fn submit(&mut self, cx: &mut Cx) {
        if !self.form.validate() {
            return;
        }
        let mut draft = std::mem::take(&mut self.draft);
        draft.company = CompanyDraft {
            name: self.form.text_of(Id::Keeper(Field::CompanyName)).to_owned(),
            corporate_number: self
                .form
                .text_of(Id::Keeper(Field::CorporateNumber))
                .to_owned(),
            address: self
                .form
                .text_of(Id::Keeper(Field::CompanyAddress))
                .to_owned(),
        };
        draft.owner_name = self.form.text_of(Id::Keeper(Field::OwnerName)).to_owned();
        // The volume is there already and knows passphrase and words: only the keeper
        // refused something of the company.
        if cx.shared.vault == VaultState::Open && draft.passphrase.is_some() {
            cx.go(MakingVault::new(draft));
        } else {
            cx.go(Passphrase::new(draft));
        }
    }

    fn fkeys(&self) -> FKeys {
        vec![(12, both("次へ", "Next"))]
    }

    fn body(&self, look: &Look) -> Body {
        Body::Form(self.form.view(
            &look.say("次へ（Enter）", "Next (Enter)"),
            vec![look.say(
                "この金庫を使う事業者と責任者を入力してください。",
                "Enter the company that uses this vault and the responsible person.",
            )],
            look,
        ))
    }
}

/// S-110
struct Passphrase {
    form: Form,
    draft: Draft,
}

/// A new passphrase, twice. Also the last step of S-210.
pub fn passphrase_form() -> Form {
    Form::default()
        .text(
            Id::Keeper(Field::Passphrase),
            both("新しいパスフレーズ", "New passphrase"),
            Kind::Passphrase,
            true,
        )
        .with_strength()
        .text(
            Id::PassphraseAgain,
            both("もう一度", "Again"),
            Kind::Passphrase,
            true,
        )
}

/// The passphrase, if it is strong enough and typed twice the same; else marks why not.
pub fn agreed_passphrase(form: &mut Form) -> Option<Secret> {
    if !form.validate() {
        return None;
    }
    let first = form.text_of(Id::Keeper(Field::Passphrase));
    if first != form.text_of(Id::PassphraseAgain) {
        form.fail(Id::PassphraseAgain, ErrorCode::PassphrasesDiffer);
        return None;
    }
    Some(Secret::new(first.to_owned()))
}

impl Passphrase {
    fn new(draft: Draft) -> Self {
        Self {
            form: passphrase_form(),
            draft,
        }
    }
}

impl Screen for Passphrase {
    fn code(&self) -> ScreenCode {
        ScreenCode::FirstRunPassphrase
    }

    fn form(&mut self) -> Option<&mut Form> {
        Some(&mut self.form)
    }

    fn error(&self) -> Option<ErrorCode> {
        self.form.error()
    }

    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        if key == Key::Escape {
            cx.go(Company::again(std::mem::take(&mut self.draft), &[]));
            return true;
        }
        form_key(self, key, cx)
    }

    fn submit(&mut self, cx: &mut Cx) {
        if let Some(passphrase) = agreed_passphrase(&mut self.form) {
            let mut draft = std::mem::take(&mut self.draft);
            draft.passphrase = Some(passphrase);
            cx.go(Words::new(draft));
        }
    }

    fn fkeys(&self) -> FKeys {
        vec![(2, both("文字を表示", "Show")), (12, both("次へ", "Next"))]
    }

    fn body(&self, look: &Look) -> Body {
        Body::Form(self.form.view(
            &look.say("次へ（Enter）", "Next (Enter)"),
            vec![
                look.say(
                    "金庫を開くパスフレーズを決めてください。12文字以上の英数字・記号・空白が使えます。",
                    "Choose the passphrase that opens the vault: at least 12 letters, digits, symbols, spaces.",
                ),
                keyboard_line(look),
            ],
            look,
        ))
    }
}

/// Which keyboard layout passphrases are typed with now, and which locks are on.
pub fn keyboard_line(look: &Look) -> String {
    let layout = match look.shared.settings.keyboard {
        crate::app::Layout::Jis => look.say("日本語（JIS）", "Japanese (JIS)"),
        crate::app::Layout::Us => look.say("英語（US）", "US"),
        crate::app::Layout::Uk => look.say("英国（UK）", "UK"),
    };
    let caps = match look.shared.locks.caps {
        true => look.say("　CapsLockがオンです。", " Caps Lock is on."),
        false => String::new(),
    };
    // The letters J, K, L of laptops and small keyboards may be a number pad then.
    let num = match look.shared.locks.num_lit {
        true => look.say("　NumLockがオンです。", " NumLock is on."),
        false => String::new(),
    };
    match look.language {
        codes::Language::Japanese => format!("キーボード配列：{layout}（F8で切り替え）{caps}{num}"),
        codes::Language::English => {
            format!("Keyboard layout: {layout} (F8 changes it).{caps}{num}")
        }
    }
}

/// S-120
struct Words {
    words: RecoveryWords,
    draft: Draft,
}

impl Words {
    fn new(draft: Draft) -> Self {
        Self {
            words: RecoveryWords::generate(),
            draft,
        }
    }
}

impl Screen for Words {
    fn code(&self) -> ScreenCode {
        ScreenCode::RecoveryWords
    }

    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        match key {
            Key::Enter | Key::F(12) => {
                let words = std::mem::replace(&mut self.words, RecoveryWords::generate());
                let draft = std::mem::take(&mut self.draft);
                cx.go(WordsBack::new(words, draft));
            }
            Key::Escape => cx.go(Passphrase::new(std::mem::take(&mut self.draft))),
            _ => return false,
        }
        true
    }

    fn fkeys(&self) -> FKeys {
        vec![(12, both("書き取りました", "Written down"))]
    }

    fn body(&self, look: &Look) -> Body {
        let cells = (0..recovery::WORDS)
            .map(|position| {
                let (word, place) = self.words.word(position);
                WordCell {
                    position: format!("{:02}", position + 1),
                    before: word,
                    place: format!("{place:04}"),
                    ..WordCell::default()
                }
            })
            .collect();
        Body::Words(WordsView {
            lines: vec![look.say(
                "番号の順に紙へ書き取り、金庫とは別の場所に保管してください。今だけ表示します。",
                "Write them on paper in this order and keep it away from the stick. Shown only now.",
            )],
            cells,
            action: look.say("書き取りました（Enter）", "Written down (Enter)"),
            action_focused: true,
        })
    }
}

/// S-130
struct WordsBack {
    words: RecoveryWords,
    grid: WordGrid,
    draft: Draft,
}

impl WordsBack {
    fn new(words: RecoveryWords, draft: Draft) -> Self {
        Self {
            words,
            grid: WordGrid::asking(&recovery::ask_back(ASKED_BACK)),
            draft,
        }
    }
}

impl Screen for WordsBack {
    fn code(&self) -> ScreenCode {
        ScreenCode::RecoveryCheck
    }

    fn input(&mut self) -> Option<&mut TextField> {
        self.grid.input()
    }

    fn edited(&mut self, _cx: &mut Cx) {
        self.grid.edited();
    }

    fn error(&self) -> Option<ErrorCode> {
        self.grid.error()
    }

    fn pointed(&mut self, target: Target, _cx: &mut Cx) {
        if let Target::Field(cell) = target {
            self.grid.click(cell);
        }
    }

    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        if key == Key::Escape {
            // Words are shown once: who goes back gets others.
            cx.go(Words::new(std::mem::take(&mut self.draft)));
            return true;
        }
        match self.grid.key(key) {
            word_grid::Act::Ignored => false,
            word_grid::Act::Handled => true,
            word_grid::Act::Submit => {
                let words = &self.words;
                if self
                    .grid
                    .compare(|position, index| words.word(position).1 == index + 1)
                {
                    let mut draft = std::mem::take(&mut self.draft);
                    draft.recovery_words = Some(self.words.secret());
                    cx.go(MakingVault::new(draft));
                }
                true
            }
        }
    }

    fn fkeys(&self) -> FKeys {
        vec![(12, both("確認", "Check"))]
    }

    fn body(&self, look: &Look) -> Body {
        Body::Words(WordsView {
            lines: vec![look.say(
                "紙を見て、3つのことばをローマ字か4桁の番号で入力してください。Escで新しいことばに替えます。",
                "From the paper, type three words in romaji or by their numbers. Esc makes new words.",
            )],
            cells: self.grid.cells(look),
            action: look.say("確認（Enter）", "Check (Enter)"),
            action_focused: false,
        })
    }
}

/// S-140
struct MakingVault {
    draft: Draft,
    stage: Option<Stage>,
    keeper_works: bool,
}

impl MakingVault {
    fn new(draft: Draft) -> Self {
        Self {
            draft,
            stage: None,
            keeper_works: false,
        }
    }

    fn ask_keeper(&mut self, cx: &mut Cx) {
        self.keeper_works = true;
        if let (Some(passphrase), Some(recovery_words)) =
            (&self.draft.passphrase, &self.draft.recovery_words)
        {
            cx.ask_keeper(session::Request::FirstRun {
                company: self.draft.company.clone(),
                owner_name: self.draft.owner_name.clone(),
                passphrase: passphrase.clone(),
                recovery_words: recovery_words.clone(),
            });
        }
    }

    fn back(&mut self, code: ErrorCode, cx: &mut Cx) {
        cx.go(Company::again(std::mem::take(&mut self.draft), &[]));
        cx.fail(code, "");
    }
}

impl Screen for MakingVault {
    fn code(&self) -> ScreenCode {
        ScreenCode::MakingVault
    }

    fn enter(&mut self, cx: &mut Cx) {
        if cx.shared.vault == VaultState::Open {
            self.ask_keeper(cx);
        } else if let (Some(passphrase), Some(recovery_words)) =
            (&self.draft.passphrase, &self.draft.recovery_words)
        {
            cx.ask_init(system::Request::CreateVault {
                passphrase: passphrase.clone(),
                recovery_words: recovery_words.clone(),
            });
        }
    }

    fn news(&mut self, event: &system::Event, cx: &mut Cx) {
        match event {
            system::Event::Working(stage) => self.stage = Some(*stage),
            system::Event::Opened => self.ask_keeper(cx),
            system::Event::Refused { code, .. } => self.back(*code, cx),
            _ => {}
        }
    }

    fn reply(&mut self, reply: Reply, cx: &mut Cx) {
        match reply {
            Reply::Progress { .. } => {}
            Reply::Done => cx.ask_keeper(session::Request::State),
            Reply::Session(session::Reply::State(state)) => {
                cx.logged_in(state, None);
                let text = cx.say("金庫ができました。", "The vault is ready.");
                cx.inform(Tone::Good, text);
            }
            Reply::Invalid(errors) => {
                cx.go(Company::again(std::mem::take(&mut self.draft), &errors));
            }
            Reply::Refused(code) => self.back(code, cx),
            _ => self.back(ErrorCode::MalformedMessage, cx),
        }
    }

    fn body(&self, look: &Look) -> Body {
        let (step, words) = match (self.keeper_works, self.stage) {
            (true, _) => (
                5,
                look.say("データベースを作っています", "Making the database"),
            ),
            (_, None) => (0, look.say("準備しています", "Preparing")),
            (_, Some(Stage::Partitioning)) => (
                1,
                look.say("USBの領域を作っています", "Partitioning the stick"),
            ),
            (_, Some(Stage::DerivingKey)) => (2, look.say("鍵を作っています", "Deriving keys")),
            (_, Some(Stage::MakingFileSystem)) => (
                3,
                look.say("ファイルシステムを作っています", "Making the file system"),
            ),
            (_, Some(Stage::Mounting)) => (4, look.say("金庫を開いています", "Opening the vault")),
        };
        Body::Notice(Notice {
            tone: Tone::Info,
            big: words,
            lines: vec![look.say(
                "終わるまでUSBを抜かないでください。",
                "Leave the stick plugged in until it is done.",
            )],
            progress: Some(Progress::Part(step as f32 / 6.0)),
        })
    }
}
