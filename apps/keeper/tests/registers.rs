//! Delegates and media through the protocol: what somebody must act on is told, and what
//! was once lost stays told.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use codes::ErrorCode;
use common::Desk;
use mynumber::{Clauses, DelegateKind, MediumKind, Settlement};
use protocol::clerk::registers::{
    Delegate, DelegateDraft, Loss, MediaFilter, Medium, MediumDraft, Reply as Registers, Request,
    SettledDraft,
};
use protocol::clerk::{Kept, Reply, Window};

impl Desk {
    fn kept(&mut self, request: Request) -> Kept {
        match self.ask(request) {
            Reply::Registers(Registers::Kept(kept)) => kept,
            other => panic!("{other:?}"),
        }
    }

    fn delegate(&mut self) -> Delegate {
        let window = Window::FIRST;
        match self.ask(Request::Delegates { window }) {
            Reply::Registers(Registers::Delegates(page)) => page.rows[0].clone(),
            other => panic!("{other:?}"),
        }
    }

    fn lost(&mut self) -> Vec<Medium> {
        let (filter, window) = (MediaFilter::Lost, Window::FIRST);
        match self.ask(Request::Media { filter, window }) {
            Reply::Registers(Registers::Media(page)) => page.rows,
            other => panic!("{other:?}"),
        }
    }
}

/// Today is 2026-11-21.
#[test]
fn a_contract_that_ran_out_and_numbers_nobody_settled_are_told() {
    let mut desk = Desk::new();
    let Kept { id, revision } = desk.kept(Request::AddDelegate {
        draft: DelegateDraft {
            name: "見本社労士事務所".into(),
            kind: DelegateKind::LabourConsultant,
            corporate_number: String::new(),
            work: "給与計算".into(),
            contract_from: "2025-04-01".into(),
            contract_until: "2026-03-31".into(),
            clauses: Clauses::all(),
        },
    });
    let delegate = desk.delegate();
    assert!(delegate.run_out && !delegate.unsettled);
    let Kept { revision, .. } = desk.kept(Request::EndDelegation {
        delegate: id,
        revision,
        on: "2026-03-31".into(),
    });
    let delegate = desk.delegate();
    assert!(!delegate.run_out && delegate.unsettled);
    let settled = |on: &str| Request::SettleDelegation {
        delegate: id,
        revision,
        settled: SettledDraft {
            on: on.into(),
            how: Settlement::Returned,
            certificate: String::new(),
        },
    };
    let tomorrow = desk.ask(settled("2026-11-22"));
    assert_eq!(tomorrow, Reply::Refused(ErrorCode::LiesAhead));
    desk.kept(settled("2026-04-10"));
    assert!(!desk.delegate().unsettled);
}

#[test]
fn why_a_medium_was_lost_and_when_it_was_found_can_be_read() {
    let mut desk = Desk::new();
    let Kept { id, revision } = desk.kept(Request::RegisterMedium {
        draft: MediumDraft {
            label: "USB-1".into(),
            kind: MediumKind::BackupStick,
            holder: "山田 太郎".into(),
            kept_at: "総務部の金庫".into(),
        },
    });
    let loss = Loss {
        on: "2026-11-01".into(),
        remark: "棚卸しで見つからない".into(),
        found_on: String::new(),
    };
    let Kept { revision, .. } = desk.kept(Request::Lose {
        medium: id,
        revision,
        on: loss.on.clone(),
        remark: loss.remark.clone(),
    });
    assert_eq!(desk.lost()[0].lost.as_ref(), Some(&loss));
    desk.kept(Request::BringBack {
        medium: id,
        revision,
        on: "2026-11-03".into(),
    });
    assert!(desk.lost().is_empty());
    let found = Loss {
        found_on: "2026-11-03".into(),
        ..loss
    };
    let reply = desk.ask(Request::Losses { medium: id });
    assert_eq!(reply, Registers::Losses(vec![found]).into());
}
