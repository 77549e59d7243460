//! An init and a keeper that answer from a script.

use super::{Desk, DeskUser, NUMBER, PASSPHRASE, stick};
use kiosk::app::Event;
use mynumber::Purpose;
use protocol::Secret;
use protocol::clerk::{
    self, PersonId, Reply, Rows, UserId, Window,
    companions::{self, Companion, Enrolment, HandOver, Receipt, ReceiptOutcome, WhitelistEntry},
    input,
    ledger::{self, LedgerRow},
    numbers,
    people::{self, Person, PersonRow, Position},
    retention::{Kept, KeptTerm},
    session::{self, State},
};
use protocol::system::{self, Stage};

impl Desk {
    fn user(&self) -> Option<&DeskUser> {
        self.users.iter().find(|own| Some(own.user) == self.user)
    }

    fn user_name(&self) -> String {
        self.user()
            .map_or("山田 太郎".into(), |own| own.name.clone())
    }

    fn names(&self) -> Vec<session::Name> {
        let name = |own: &DeskUser| session::Name {
            user: own.user,
            name: own.name.clone(),
            department: own.department.clone(),
            wait_seconds: if own.failures < 3 { 0 } else { 5 },
            last: self.user == Some(own.user),
        };
        match (&self.company, self.users.as_slice()) {
            (None, _) => Vec::new(),
            (_, []) => vec![name(&DeskUser::new(1, "山田 太郎", ""))],
            (_, users) => users.iter().map(name).collect(),
        }
    }

    /// Whoever it is, where nobody has a name.
    fn let_in(
        &mut self,
        user: Option<UserId>,
        right: impl Fn(&DeskUser) -> bool,
        otherwise: codes::ErrorCode,
    ) -> Reply {
        if !self.users.is_empty() {
            let own = self.users.iter_mut().find(|own| Some(own.user) == user);
            let own = own.expect("somebody who was offered");
            if !right(own) {
                own.failures += 1;
                return Reply::Refused(otherwise);
            }
            own.failures = 0;
            self.user = user;
        }
        self.logged_in = true;
        Reply::Done
    }

    fn record(&self, person: PersonId) -> numbers::Record {
        let entered = numbers::Entered {
            at: numbers::Stamp {
                unix_seconds: self.kiosk.now.unix,
                user: "山田 太郎".into(),
            },
            source: self.source,
            valid_from: "2026-11-21".into(),
        };
        numbers::Record {
            person,
            revision: 1,
            status: mynumber::collection::CollectionStatus::Received,
            held: Some(numbers::Held {
                entered,
                purposes: Purpose::ALL.to_vec(),
                changed: None,
                identified: None,
            }),
            former: Vec::new(),
            kept: Kept {
                term: KeptTerm::Stays,
                holds: Vec::new(),
            },
        }
    }

    pub(super) fn serve_init(&mut self, request: system::Request) {
        use system::{Event as E, Request as R};
        let events = match request {
            R::Hello => vec![],
            R::ConfirmClock { unix_seconds } => {
                self.kiosk.now.unix = unix_seconds;
                vec![E::ClockSet]
            }
            R::CreateVault { .. } => vec![E::Working(Stage::MakingFileSystem)],
            R::Unlock { passphrase } if passphrase.expose() == PASSPHRASE => vec![E::Opened],
            R::Unlock { .. } => vec![E::Refused {
                code: codes::ErrorCode::WrongPassphrase,
                wait_seconds: 30,
            }],
            R::Recover { .. } => vec![E::Opened],
            R::DecideDevice { .. } => vec![],
            R::KeepSettings(_) => vec![E::SettingsKept { kept: true }],
            R::PowerOff => vec![E::PoweringOff],
        };
        for event in events {
            self.kiosk.event(Event::Init(event));
        }
    }

    pub(super) fn serve_keeper(&mut self, request: clerk::Request) {
        if let Some(reply) = self.next_reply.take() {
            self.kiosk.event(Event::Keeper(reply));
            return;
        }
        if self.keeper_is_slow {
            return;
        }
        if let Some(reply) = self.keeper(request) {
            self.kiosk.event(Event::Keeper(reply));
        }
    }

    /// `None` where the test answers itself.
    fn keeper(&mut self, request: clerk::Request) -> Option<Reply> {
        use clerk::Request as R;
        Some(match request {
            R::Session(session::Request::State) => Reply::Session(session::Reply::State(State {
                company: self.company.clone(),
                user: self.logged_in.then(|| self.user_name()),
                must_change_passphrase: self.user().is_some_and(|user| user.must_change),
                must_enter_company: self.logged_in && self.companies.len() > 1 && !self.entered,
                last_entry: None,
                wait_seconds: 0,
            })),
            R::Session(session::Request::FirstRun { company, .. }) => {
                self.company = Some(company.name);
                self.logged_in = true;
                Reply::Done
            }
            R::Session(session::Request::Names) => {
                Reply::Session(session::Reply::Names(self.names()))
            }
            R::Session(session::Request::Login { user, passphrase }) => {
                let right = |own: &DeskUser| own.passphrase == passphrase.expose();
                self.let_in(user, right, codes::ErrorCode::WrongPassphrase)
            }
            R::Session(session::Request::Recover {
                user,
                recovery_words,
                ..
            }) => {
                let right = |own: &DeskUser| own.words == recovery_words.expose();
                self.let_in(user, right, codes::ErrorCode::RecoveryWordsWrong)
            }
            R::Session(session::Request::ChangePassphrase { new, .. }) => {
                let user = self.user;
                for own in self.users.iter_mut().filter(|own| Some(own.user) == user) {
                    own.passphrase = new.expose().to_owned();
                    own.must_change = false;
                }
                Reply::Done
            }
            R::Session(session::Request::Companies) => {
                Reply::Session(session::Reply::Companies(self.companies.clone()))
            }
            R::Session(session::Request::Enter { company }) => {
                let row = self.companies.iter().find(|row| row.company == company);
                self.company = row.map(|row| row.name.clone());
                self.entered = true;
                Reply::Done
            }
            R::Session(session::Request::Lock) => {
                self.logged_in = false;
                self.entered = false;
                Reply::Done
            }
            R::Input(input::Request::Load { .. }) if self.loading_fails > 0 => {
                self.loading_fails -= 1;
                Reply::Refused(codes::ErrorCode::StickIo)
            }
            R::Input(input::Request::Load { part, .. }) => {
                let kept = self.input.get(&part).cloned().unwrap_or_default();
                Reply::Input(input::Reply::Piece {
                    part,
                    offset: 0,
                    total: kept.len() as u32,
                    bytes: protocol::Bytes::new(kept),
                })
            }
            R::Input(input::Request::Keep { part, bytes, .. }) => {
                self.input.insert(part, bytes.expose().to_vec());
                Reply::Done
            }
            R::Input(input::Request::Erase { part }) => {
                self.input.remove(&part);
                Reply::Done
            }
            R::People(people::Request::List {
                query,
                department: _,
                sort,
                window: Window { offset, limit },
            }) => {
                let mut found: Vec<PersonRow> = self
                    .people
                    .iter()
                    .map(|(row, _)| row.clone())
                    .filter(|r| {
                        r.name.contains(&query)
                            || r.kana.contains(&query)
                            || r.employee_no.contains(&query)
                            || query == "たかはし" && r.kana.starts_with("タカハシ")
                    })
                    .collect();
                found.sort_by_key(|row| match sort.by {
                    people::SortBy::Number => row.employee_no.clone(),
                    people::SortBy::Kana => row.kana.clone(),
                    people::SortBy::HiredOn => row.hired_on.clone(),
                });
                if sort.descending {
                    found.reverse();
                }
                Reply::People(people::Reply::List(Rows {
                    total: found.len() as u32,
                    rows: found
                        .into_iter()
                        .skip(offset as usize)
                        .take(limit.into())
                        .collect(),
                }))
            }
            R::People(people::Request::Get { person }) => {
                let (row, draft) = &self.people[person as usize - 1];
                Reply::People(people::Reply::Person(Person {
                    person,
                    revision: 1,
                    fields: draft.clone(),
                    position: Position {
                        filing_name: String::new(),
                        department: None,
                        employment: mynumber::Employment::Regular,
                        property_savings: false,
                    },
                    details: people::Details::default(),
                    status: mynumber::people::EmploymentStatus::Active,
                    left_on: String::new(),
                    leaving_reason: None,
                    loses_on: String::new(),
                    leaves: Vec::new(),
                    former_employments: Vec::new(),
                    former_names: Vec::new(),
                    has_number: row.has_number,
                    purposes: Purpose::ALL.to_vec(),
                }))
            }
            R::People(people::Request::Register { draft, number, .. }) => {
                self.source = number.as_ref().and_then(|number| number.source);
                let person = self.add(draft, number.is_some());
                Reply::Saved {
                    person,
                    revision: 1,
                }
            }
            R::People(people::Request::Change { person, .. })
            | R::Numbers(
                numbers::Request::Register { person, .. }
                | numbers::Request::Replace { person, .. },
            ) => Reply::Saved {
                person,
                revision: 2,
            },
            R::Numbers(numbers::Request::Record { person }) => {
                Reply::Numbers(numbers::Reply::Record(Box::new(self.record(person))))
            }
            R::Numbers(numbers::Request::Reveal { .. }) => {
                Reply::Numbers(numbers::Reply::Digits(Secret::new(NUMBER.into())))
            }
            R::Ledger(ledger::Request::Page { .. }) => Reply::Ledger(ledger::Reply::Page(Rows {
                rows: ledger(),
                total: 24,
            })),
            R::Ledger(ledger::Request::Verify) => {
                Reply::Ledger(ledger::Reply::Intact { entries: 24 })
            }
            R::Companions(companions::Request::List) => {
                Reply::Companions(companions::Reply::List(self.companions.clone()))
            }
            R::Companions(companions::Request::Whitelist) => {
                Reply::Companions(companions::Reply::Whitelist(self.whitelist.clone()))
            }
            R::Companions(companions::Request::Register { name, .. }) => {
                self.companions.push(Companion {
                    id: "c1".into(),
                    name,
                    hardware: stick().hardware,
                    registered_unix: self.kiosk.now.unix,
                    payroll_pcs: 0,
                });
                return None;
            }
            R::Companions(companions::Request::Enrolments { .. }) => {
                Reply::Companions(companions::Reply::Enrolments(vec![Enrolment {
                    id: "e1".into(),
                    pc_name: "KYUYO-01".into(),
                    program: "kyuyo-soft".into(),
                    program_sha256:
                        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
                    words: [
                        "いわかん",
                        "せたけ",
                        "なにわ",
                        "ぬまえび",
                        "ほこる",
                        "りゆう",
                    ]
                    .map(String::from)
                    .to_vec(),
                    approved: false,
                }]))
            }
            R::Companions(companions::Request::ApproveEnrolment {
                purpose, expires, ..
            }) => {
                self.whitelist.push(WhitelistEntry {
                    id: "w1".into(),
                    companion: "c1".into(),
                    companion_name: "給与用1".into(),
                    pc_name: "KYUYO-01".into(),
                    program: "kyuyo-soft".into(),
                    format: "general-utf8.1".into(),
                    format_ja: "汎用CSV".into(),
                    format_en: "General CSV".into(),
                    purpose,
                    expires,
                    expired: false,
                });
                Reply::Done
            }
            R::Companions(companions::Request::RevokeEntry { .. }) => {
                self.whitelist.clear();
                Reply::Done
            }
            R::Companions(companions::Request::HandOver { people, .. }) => {
                self.hand_overs.push(HandOver {
                    id: "H-20261121-0001".into(),
                    unix_seconds: self.kiosk.now.unix,
                    pc_name: "KYUYO-01".into(),
                    people: people.len() as u32,
                    purpose: Purpose::WithholdingTax,
                    receipt: None,
                });
                return None;
            }
            R::Companions(companions::Request::ReadReceipts { .. }) => {
                let now = self.kiosk.now.unix;
                for h in &mut self.hand_overs {
                    h.receipt = Some(Receipt {
                        opened_unix: Some(now - 600),
                        deleted_unix: Some(now - 540),
                        user: "keiri".into(),
                        program: "kyuyo-soft".into(),
                        outcome: ReceiptOutcome::ReadAndDeleted,
                    });
                }
                Reply::Companions(companions::Reply::ReceiptsRead {
                    taken: 1,
                    refused: 0,
                })
            }
            R::Companions(companions::Request::HandOvers) => {
                Reply::Companions(companions::Reply::HandOvers(self.hand_overs.clone()))
            }
            R::Cancel => return None,
            other => panic!("no screen asks {}", other.rule().name),
        })
    }
}

fn ledger() -> Vec<LedgerRow> {
    (1..=24u64)
        .rev()
        .map(|seq| LedgerRow {
            seq,
            unix_seconds: 1_795_221_000 + seq as i64 * 60,
            clock_confirmed: true,
            user: "山田 太郎".into(),
            event: "L-301".into(),
            text_ja: "個人番号を表示した".into(),
            text_en: "Showed an individual number".into(),
            subject: "0002 髙橋 花子".into(),
            purpose: Some(Purpose::WithholdingTax),
            refused: seq % 7 == 0,
        })
        .collect()
}
