//! January and February: the office opens, and numbers are collected.

use crate::cast::{
    AUDITOR, AUDITORS, CLERK, CLERKS, DEPUTY, DEPUTYS, EMPLOYEES, FIRST, OWNER, OWNERS, WORDS,
    contact, join, missing, notice,
};
use crate::common::{secret, typed};
use crate::office::Office;
use mynumber::people::PersonKind;
use mynumber::rights::Role;
use protocol::clerk::companies::{self, CompanyDraft, CompanyKind, Municipality, Profile};
use protocol::clerk::people::Particulars;
use protocol::clerk::users::{GrantDraft, Scope, UserDraft};
use protocol::clerk::{Reply, collection, numbers, session, users};

pub fn january_the_office_opens(office: &mut Office) {
    office.day(
        "2026-01-05",
        "The office makes its vault; two clients get key domains of their own.",
    );
    office.must(session::Request::FirstRun {
        company: CompanyDraft {
            name: "みほん社会保険労務士法人".into(),
            corporate_number: "9000000000009".into(),
            address: "東京都千代田区丸の内1-1-1".into(),
        },
        owner_name: OWNER.into(),
        passphrase: secret(OWNERS),
        recovery_words: secret(WORDS),
    });
    office.users.insert(OWNER, 1);
    // The second one is a sole proprietor's and has no 法人番号.
    for (name, corporate_number) in [("株式会社サンプル", "7123456789012"), ("見本商店", "")]
    {
        let draft = CompanyDraft {
            name: name.into(),
            corporate_number: corporate_number.into(),
            ..CompanyDraft::default()
        };
        office.must(companies::Request::Create {
            kind: CompanyKind::Client,
            draft,
        });
    }
    let Reply::Session(session::Reply::Companies(rows)) = office.must(session::Request::Companies)
    else {
        panic!("no companies")
    };
    let names = ["みほん社会保険労務士法人", "株式会社サンプル", "見本商店"];
    office.companies = rows.into_iter().map(|row| row.company).zip(names).collect();

    add_user(office, DEPUTY, Role::Responsible);
    add_user(office, CLERK, Role::Clerk);
    add_user(office, AUDITOR, Role::Auditor);
    for (index, _) in names.iter().enumerate() {
        office.enter(index);
        if index > 0 {
            for (who, role) in [
                (DEPUTY, Role::Responsible),
                (CLERK, Role::Clerk),
                (AUDITOR, Role::Auditor),
            ] {
                let user = office.users[who];
                office.must(users::Request::Grant {
                    user,
                    grant: grant(role),
                });
            }
        }
        office.must(users::Request::SetSecondPerson { on: true });
    }
    for (who, passphrase) in [(DEPUTY, DEPUTYS), (CLERK, CLERKS), (AUDITOR, AUDITORS)] {
        office.sits_down(who, FIRST);
        office.must(session::Request::ChangePassphrase {
            current: secret(FIRST),
            new: secret(passphrase),
        });
    }
    office.tell("Export, deletion and changes of users now wait for a second person.");
}

fn add_user(office: &mut Office, who: &'static str, role: Role) {
    let reply = office.must(users::Request::Add {
        draft: UserDraft {
            name: who.into(),
            department: "番号管理".into(),
        },
        passphrase: secret(FIRST),
        recovery_words: secret("いちご いちば いちぶ"),
        grant: grant(role),
    });
    let Reply::Users(users::Reply::Added(user)) = reply else {
        panic!("{reply:?}")
    };
    office.users.insert(who, user);
    office.count("users added", 1);
}

fn grant(role: Role) -> GrantDraft {
    GrantDraft {
        role,
        operations: role.default_operations().iter().collect(),
        scope: Scope::Company,
        pcs: None,
        until: String::new(),
    }
}

pub fn february_numbers_are_collected(office: &mut Office) {
    office.day(
        "2026-02-02",
        "佐藤 registers the employees; their purposes were notified first.",
    );
    office.sits_down(CLERK, CLERKS);
    for (index, employees) in EMPLOYEES.into_iter().enumerate() {
        office.enter(index);
        office.must(collection::Request::Notify {
            draft: notice(PersonKind::Employee),
        });
        for no in 1..=employees {
            // Every tenth has not handed the number in yet.
            let number = (no % 10 != 0).then(|| office.number());
            join(office, no, "2020-04-01", number.as_deref());
        }
        let missing = missing(office);
        office.tell(&format!(
            "{}: {employees} employees, {} numbers missing and asked for",
            office.companies[index].1,
            missing.len()
        ));
        for person in missing {
            office.must(collection::Request::Ask {
                person,
                revision: 0,
                contact: contact("2026-02-02", "2026-03-31"),
            });
            office.count("numbers asked for", 1);
        }
    }
}

pub fn january_what_offices_ask_is_entered(office: &mut Office) {
    office.day(
        "2026-01-06",
        "What 届 and 法定調書 ask of the companies is entered, and the proprietor's own number.",
    );
    office.sits_down(OWNER, OWNERS);
    office.enter(0);
    office.must(companies::Request::ChangeProfile {
        profile: Profile {
            postal_code: "100-0005".into(),
            telephone: "03-1234-5678".into(),
            representative: "代表社員　山田太郎".into(),
            office_symbol: "21-01-ミホン".into(),
            office_number: "00123".into(),
            employment_insurance_office: "1301-123456-7".into(),
            municipalities: vec![Municipality {
                code: "131016".into(),
                designated_number: String::new(),
            }],
            ..Profile::default()
        },
    });
    let Reply::Companies(companies::Reply::Company(company)) = office.must(companies::Request::Get)
    else {
        panic!("no company")
    };
    office.tell(&format!(
        "{}: {} ({})",
        company.fields.name,
        company.scale.english(),
        company.scale.japanese()
    ));
    office.enter(2);
    let reply = office.must(companies::Request::RegisterProprietor {
        draft: Particulars {
            name: "髙橋 花子".into(),
            filing_name: "高橋 花子".into(),
            kana: "タカハシ ハナコ".into(),
            birth_date: "S45.5.5".into(),
            ..Particulars::default()
        },
    });
    let Reply::Saved { person, .. } = reply else {
        panic!("{reply:?}")
    };
    let number = office.number();
    office.must(numbers::Request::Register {
        person,
        number: typed(&number),
    });
    office.count("numbers registered", 1);
    office.tell("見本商店 is a sole proprietor's: her number stands on what is filed.");
}
