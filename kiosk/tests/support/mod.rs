//! A kiosk in memory, with an init and a keeper that answer from a script, and the eye of an
//! image test: the code is read from the picture.

#![allow(dead_code, reason = "each test uses another part")]

mod answers;
pub mod cut;
pub mod pointing;
pub mod spoken;

use kiosk::app::{Body, Effect, Event, Key, Target};
use kiosk::headless::code_sheet::{CHARACTERS, read_tag};
use kiosk::headless::{Headless, Picture};
use kiosk::platform::pixel::Xrgb;
use mynumber::NumberSource;
use protocol::clerk::{
    PersonId, Reply, UserId,
    companies::CompanyRow,
    companions::{Companion, HandOver, WhitelistEntry},
    input,
    people::{PersonDraft, PersonRow},
};
use protocol::settings::Settings;
use protocol::system::{self, Stick, StickHardware, VaultState, Welcome};
use std::path::{Path, PathBuf};

/// Heights of the header and of the bar of function keys (ui/theme.slint).
const HEADER: f32 = 56.0;
const KEYS: f32 = 52.0;

pub const PASSPHRASE: &str = "umi no soba de neko ga hirune";
/// From the allow-list of test numbers.
pub const NUMBER: &str = "123456789018";

pub struct Desk {
    pub kiosk: Headless,
    sheet: Picture,
    folder: PathBuf,
    count: usize,
    pub people: Vec<(PersonRow, PersonDraft)>,
    pub companions: Vec<Companion>,
    pub whitelist: Vec<WhitelistEntry>,
    pub hand_overs: Vec<HandOver>,
    /// What the stick remembers of keyboard and screen when the story begins.
    pub settings: Settings,
    pub logged_in: bool,
    /// Who may log in; nobody is named as long as there is only 山田 太郎.
    pub users: Vec<DeskUser>,
    /// Who is logged in, of several.
    user: Option<UserId>,
    /// The companies of whoever logs in.
    pub companies: Vec<CompanyRow>,
    pub entered: bool,
    /// What Japanese input learned.
    pub input: std::collections::HashMap<input::Part, Vec<u8>>,
    pub company: Option<String>,
    /// Everything asked, newest last.
    pub asked: Vec<Effect>,
    /// The keeper has not answered yet: the test does.
    pub keeper_is_slow: bool,
    /// Answers the next keeper request instead of the script.
    pub next_reply: Option<Reply>,
    /// Where the number that was registered last is from.
    pub source: Option<NumberSource>,
    /// So many times what was learned cannot be read.
    pub loading_fails: usize,
}

impl Desk {
    pub fn new(width: u32, height: u32, name: &str) -> Self {
        Self::with(Headless::new(width, height), name)
    }

    /// With the dictionary that ships, from the cache of `cargo xtask dictionary`.
    pub fn converting(width: u32, height: u32, name: &str) -> Self {
        let cache = image::Cache::of_user().unwrap();
        let file = kkc_tools::dictionary(&cache).expect("the dictionary can be built");
        let converter = std::rc::Rc::new(kkc::Converter::open(&file).unwrap());
        Self::with(Headless::converting(width, height, converter), name)
    }

    fn with(kiosk: Headless, name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../target/screens")
            .join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self {
            kiosk,
            sheet: shipped_sheet(),
            folder,
            count: 0,
            people: Vec::new(),
            companions: Vec::new(),
            whitelist: Vec::new(),
            hand_overs: Vec::new(),
            settings: Settings::default(),
            logged_in: false,
            users: Vec::new(),
            user: None,
            companies: Vec::new(),
            entered: false,
            input: std::collections::HashMap::new(),
            company: None,
            asked: Vec::new(),
            keeper_is_slow: false,
            next_reply: None,
            source: None,
            loading_fails: 0,
        }
    }

    /// Where pictures go.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The code that an image test would read.
    pub fn tag(&self) -> String {
        read_tag(&self.sheet, &self.kiosk.picture()).expect("the tag can be read")
    }

    #[track_caller]
    pub fn at(&mut self, tag: &str) {
        let view = self.kiosk.view();
        assert_eq!(self.tag(), tag, "message: {:?}", view.message);
    }

    /// The code as the core has it: a picture that is turned or scaled is none an image
    /// test reads.
    #[track_caller]
    pub fn at_core(&mut self, tag: &str) {
        assert_eq!(self.kiosk.view().tag.to_string(), tag);
    }

    /// Clicks into a field of a form.
    pub fn click_field(&mut self, index: usize) {
        self.kiosk.event(Event::Click(Target::Field(index)));
        self.serve();
    }

    /// Whether what is typed now goes to a field for the individual number.
    pub fn focused_is_number(&mut self) -> bool {
        let Body::Form(form) = self.kiosk.view().body else {
            return false;
        };
        let focused = form.fields.iter().find(|field| field.focused);
        focused.is_some_and(|field| field.label == "個人番号")
    }

    /// Clicks a key of the keyboard on the screen, where ui/osk.slint draws it.
    pub fn tap_key(&mut self, label: &str) {
        let keyboard = self.kiosk.view().keyboard.expect("it is open");
        let key = keyboard.keys.iter().find(|key| key.label == label);
        let key = key.expect("a key of it");
        let screen = self.kiosk.canvas().logical();
        let pitch = ((screen.width - 40.0) / keyboard.columns).min(64.0);
        let (width, height) = (pitch * keyboard.columns + 24.0, 56.0 * keyboard.rows + 24.0);
        let left = (screen.width - width) / 2.0;
        let top = if keyboard.above {
            HEADER + 4.0
        } else {
            screen.height - KEYS - height - 4.0
        };
        self.kiosk.click(
            left + 12.0 + (key.x + key.width / 2.0) * pitch,
            top + 12.0 + (key.y + 0.5) * 56.0,
        );
        self.serve();
    }

    /// Keeps a picture under target/screens.
    pub fn picture(&mut self, name: &str) {
        self.count += 1;
        let view = self.kiosk.view();
        let cut = cut::cut(&view, self.kiosk.canvas().logical().width);
        assert!(cut.is_empty(), "{name}: {cut:?}");
        let path = self.folder.join(format!("{:02}-{name}.png", self.count));
        save(&path, &self.kiosk.picture());
    }

    pub fn key(&mut self, key: Key) {
        self.kiosk.key(key);
        self.serve();
    }

    pub fn keys(&mut self, text: &str) {
        for c in text.chars() {
            self.key(Key::Char(c));
        }
    }

    /// Types into a field without kana and goes on.
    pub fn fill(&mut self, text: &str) {
        self.keys(text);
        self.key(Key::Enter);
    }

    /// Romaji, commit, next field.
    pub fn kana(&mut self, romaji: &str) {
        self.keys(romaji);
        self.key(Key::Enter);
        self.key(Key::Enter);
    }

    pub fn init(&mut self, event: system::Event) {
        self.kiosk.event(Event::Init(event));
        self.serve();
    }

    pub fn reply(&mut self, reply: Reply) {
        self.kiosk.event(Event::Keeper(reply));
        self.serve();
    }

    /// In English from the first picture on.
    pub fn in_english(mut self) -> Self {
        self.settings.language = codes::Language::English;
        self
    }

    pub fn start(&mut self, vault: VaultState) {
        self.start_with(vault, self.settings);
    }

    /// With what the stick remembers of keyboard and screen.
    pub fn start_with(&mut self, vault: VaultState, settings: Settings) {
        self.serve();
        assert_eq!(self.asked, [Effect::AskInit(system::Request::Hello)]);
        self.init(system::Event::Welcome(Welcome {
            release: "0.1.0 (a1b2c3d4)".into(),
            unix_seconds: self.kiosk.now.unix,
            clock_confirmed: false,
            vault,
            wait_seconds: 0,
            secure_boot: true,
            sticks: Vec::new(),
            settings,
        }));
    }

    /// From power-on to the home screen of a vault that exists.
    pub fn log_in(&mut self) {
        self.company = Some("山田商店".into());
        self.start(VaultState::Locked);
        self.key(Key::Enter);
        self.fill(PASSPHRASE);
        self.at_core("S-300");
    }

    pub fn plug(&mut self) {
        self.init(system::Event::StickPresent(stick()));
    }

    pub fn add_people(&mut self, count: usize) {
        for i in 0..count {
            let names = [
                ("山田 太郎", "ヤマダ タロウ"),
                ("髙橋 花子", "タカハシ ハナコ"),
                ("佐藤 一郎", "サトウ イチロウ"),
            ];
            let (name, kana) = names[i % names.len()];
            let draft = PersonDraft {
                employee_no: format!("{:04}", i + 1),
                name: name.into(),
                kana: kana.into(),
                birth_date: "1990-04-01".into(),
                sex: None,
                address: "東京都千代田区霞が関1-2-3".into(),
                hired_on: "2020-04-01".into(),
            };
            self.add(draft, i % 5 != 4);
        }
    }

    fn add(&mut self, draft: PersonDraft, has_number: bool) -> PersonId {
        let person = self.people.len() as PersonId + 1;
        let row = PersonRow {
            person,
            employee_no: draft.employee_no.clone(),
            name: draft.name.clone(),
            kana: draft.kana.clone(),
            birth_date: draft.birth_date.clone(),
            hired_on: draft.hired_on.clone(),
            has_number,
        };
        self.people.push((row, draft));
        person
    }

    /// Answers everything asked until nothing is.
    pub fn serve(&mut self) {
        while let Some(effect) = self.kiosk.effects.pop_front() {
            self.asked.push(effect.clone_for_test());
            match effect {
                Effect::AskInit(request) => self.serve_init(request),
                Effect::AskKeeper(request) => self.serve_keeper(request),
                Effect::Use(_) => {}
            }
        }
    }
}

/// Somebody who may log in.
pub struct DeskUser {
    pub user: UserId,
    pub name: String,
    pub department: String,
    pub passphrase: String,
    /// As they are sent.
    pub words: String,
    pub must_change: bool,
    pub failures: u32,
}

impl DeskUser {
    pub fn new(user: UserId, name: &str, department: &str) -> Self {
        Self {
            user,
            name: name.into(),
            department: department.into(),
            passphrase: PASSPHRASE.into(),
            words: String::new(),
            must_change: false,
            failures: 0,
        }
    }
}

/// Effects hold secrets and are not `Clone` in the product.
trait CloneForTest {
    fn clone_for_test(&self) -> Effect;
}

impl CloneForTest for Effect {
    fn clone_for_test(&self) -> Effect {
        match self {
            Effect::AskInit(request) => Effect::AskInit(request.clone()),
            Effect::AskKeeper(request) => Effect::AskKeeper(request.clone()),
            Effect::Use(settings) => Effect::Use(*settings),
        }
    }
}

pub fn stick() -> Stick {
    Stick {
        device: 7,
        hardware: StickHardware {
            vendor_id: 0x0781,
            product_id: 0x5567,
            vendor: "SanDisk".into(),
            product: "Cruzer Blade".into(),
            serial: "4C530001".into(),
        },
    }
}

/// The sheet image tests use.
pub fn shipped_sheet() -> Picture {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../image-tests/data/code_glyphs.png");
    let decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(path).unwrap()));
    let mut reader = decoder.read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    assert_eq!(
        info.width as usize % CHARACTERS.len(),
        0,
        "one cell a character"
    );
    Picture {
        width: info.width,
        height: info.height,
        pixels: bytes[..info.buffer_size()]
            .chunks_exact(3)
            .map(|p| Xrgb(u32::from(p[0]) << 16 | u32::from(p[1]) << 8 | u32::from(p[2])))
            .collect(),
    }
}

pub fn save(path: &Path, picture: &Picture) {
    let file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    let mut encoder = png::Encoder::new(file, picture.width, picture.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder
        .write_header()
        .unwrap()
        .write_image_data(&picture.rgb())
        .unwrap();
}
