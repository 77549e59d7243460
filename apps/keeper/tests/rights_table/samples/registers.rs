//! Delegates and media.

use super::drafts::{delegate, medium, trip};
use codes::ErrorCode;
use mynumber::{Destruction, Settlement};
use protocol::clerk::Window;
use protocol::clerk::registers::{
    ConsentDraft, DestroyedDraft, MediaFilter, Request as Registers, SettledDraft, Supervision,
};

pub fn registers() -> Vec<(Registers, Option<ErrorCode>)> {
    let missing = Some(ErrorCode::NotFound);
    vec![
        (
            Registers::Delegates {
                window: Window::FIRST,
            },
            None,
        ),
        (Registers::AddDelegate { draft: delegate() }, None),
        (
            Registers::AddSubdelegate {
                under: 999,
                consent: ConsentDraft {
                    on: "2026-04-01".into(),
                    document: "同意書".into(),
                },
                draft: delegate(),
            },
            missing,
        ),
        (
            Registers::ChangeDelegate {
                delegate: 999,
                revision: 1,
                draft: delegate(),
            },
            missing,
        ),
        (
            Registers::EndDelegation {
                delegate: 999,
                revision: 1,
                on: "2026-11-01".into(),
            },
            missing,
        ),
        (
            Registers::SettleDelegation {
                delegate: 999,
                revision: 1,
                settled: SettledDraft {
                    on: "2026-11-01".into(),
                    how: Settlement::Returned,
                    certificate: String::new(),
                },
            },
            missing,
        ),
        (Registers::RefuseSubdelegation { under: 999 }, missing),
        (
            Registers::RecordSupervision {
                delegate: 999,
                supervision: Supervision {
                    on: "2026-11-01".into(),
                    how: "実地の調査".into(),
                    finding: String::new(),
                },
            },
            missing,
        ),
        (Registers::Supervisions { delegate: 999 }, missing),
        (Registers::Chain { delegate: 999 }, missing),
        (
            Registers::Media {
                filter: MediaFilter::All,
                window: Window::FIRST,
            },
            None,
        ),
        (Registers::Trips { medium: 999 }, missing),
        (Registers::Losses { medium: 999 }, missing),
        (Registers::RegisterMedium { draft: medium() }, None),
        (
            Registers::ChangeMedium {
                medium: 999,
                revision: 1,
                draft: medium(),
            },
            missing,
        ),
        (
            Registers::TakeOut {
                medium: 999,
                revision: 1,
                trip: trip(),
            },
            missing,
        ),
        (
            Registers::Lose {
                medium: 999,
                revision: 1,
                on: "2026-11-01".into(),
                remark: String::new(),
            },
            missing,
        ),
        (
            Registers::BringBack {
                medium: 999,
                revision: 1,
                on: "2026-11-01".into(),
            },
            missing,
        ),
        (
            Registers::DestroyMedium {
                medium: 999,
                revision: 1,
                destroyed: DestroyedDraft {
                    on: "2026-11-01".into(),
                    how: Destruction::Shredded,
                    confirmed_by: "山田 太郎".into(),
                    certificate: String::new(),
                },
            },
            missing,
        ),
    ]
}
