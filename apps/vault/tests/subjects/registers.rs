use crate::common::*;
use crate::{day, remark};
use mynumber::{
    Clause, Clauses, CompanyName, DelegateKind, Destruction, Label, MediumKind, PersonName,
    Settlement,
};
use vault::*;

fn contract(name: &str) -> DelegateFields {
    DelegateFields {
        name: CompanyName::new(name).unwrap(),
        kind: DelegateKind::LabourConsultant,
        corporate_number: None,
        work: remark("給与計算と社会保険の届出"),
        contract_from: day("2025-04-01"),
        contract_until: Some(day("2026-03-31")),
        clauses: Clauses::all(),
    }
}

#[test]
fn a_contract_says_what_it_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let mut fields = contract("見本社労士事務所");
    fields.clauses = fields
        .clauses
        .iter()
        .filter(|c| *c != Clause::Secrecy)
        .collect();
    let kept = vault.add_delegate(&session, &fields, at(1)).unwrap();
    let delegate = vault.delegate(&session, kept.id).unwrap();
    assert_eq!(delegate.missing_clauses(), [Clause::Secrecy]);
    assert!(delegate.has_run_out(day("2026-11-21")));
    assert!(!delegate.has_run_out(day("2026-03-31")));
    fields.clauses = Clauses::all();
    fields.contract_until = None;
    vault
        .change_delegate(&session, kept.id, 1, &fields, at(2))
        .unwrap();
    let delegate = vault.delegate(&session, kept.id).unwrap();
    assert!(delegate.missing_clauses().is_empty());
    assert!(!delegate.has_run_out(day("2026-11-21")));
    let stale = vault.change_delegate(&session, kept.id, 1, &fields, at(3));
    assert_eq!(stale, Err(VaultError::Changed));
}

#[test]
fn every_further_step_of_a_delegation_has_the_companys_consent() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let consent = Consent {
        on: day("2025-05-01"),
        document: remark("再委託承諾書 第3号"),
    };
    let first = vault
        .add_delegate(&session, &contract("一次事務所"), at(1))
        .unwrap()
        .id;
    let second = vault
        .add_subdelegate(&session, first, &consent, &contract("二次事務所"), at(2))
        .unwrap()
        .id;
    let third = vault
        .add_subdelegate(&session, second, &consent, &contract("三次事務所"), at(3))
        .unwrap()
        .id;
    let chain = vault.delegation_chain(&session, third).unwrap();
    let ids: Vec<_> = chain.iter().map(|d| d.id).collect();
    assert_eq!(ids, [first, second, third]);
    assert!(chain[0].consent.is_none());
    assert!(
        chain[1..]
            .iter()
            .all(|d| d.consent.as_ref() == Some(&consent))
    );
    vault.refuse_subdelegation(&session, third, at(4)).unwrap();
    assert_eq!(
        events(&vault, &session)[2..],
        ["L-320", "L-323", "L-320", "L-323", "L-320", "L-324"]
    );
    let end = day("2026-03-31");
    let open = vault.end_delegation(&session, first, 1, end, at(5));
    assert_eq!(open, Err(RuleError::SubdelegationOngoing.into()));
    vault
        .end_delegation(&session, third, 1, end, at(5))
        .unwrap();
    vault
        .end_delegation(&session, second, 1, end, at(5))
        .unwrap();
    vault
        .end_delegation(&session, first, 1, end, at(5))
        .unwrap();
    let below = contract("四次事務所");
    let under_ended = vault.add_subdelegate(&session, second, &consent, &below, at(6));
    assert_eq!(under_ended, Err(RuleError::DelegationEnded.into()));
}

#[test]
fn a_delegation_that_ended_stays_unsettled_until_its_numbers_are_gone() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let id = vault
        .add_delegate(&session, &contract("見本社労士事務所"), at(1))
        .unwrap()
        .id;
    let mut settled = Settled {
        on: day("2026-04-10"),
        how: Settlement::Destroyed,
        certificate: Some(remark("廃棄証明書 2026-4")),
    };
    let ongoing = vault.settle_delegation(&session, id, 1, &settled, at(2));
    assert_eq!(ongoing, Err(RuleError::DelegationOngoing.into()));
    let supervision = Supervision {
        on: day("2025-10-01"),
        how: remark("実地の調査"),
        finding: None,
    };
    vault
        .record_supervision(&session, id, &supervision, at(2))
        .unwrap();
    vault
        .end_delegation(&session, id, 1, day("2026-03-31"), at(3))
        .unwrap();
    assert!(vault.delegate(&session, id).unwrap().is_unsettled());
    settled.certificate = None;
    let bare = vault.settle_delegation(&session, id, 2, &settled, at(4));
    assert_eq!(bare, Err(RuleError::CertificateMissing.into()));
    settled.certificate = Some(remark("廃棄証明書 2026-4"));
    vault
        .settle_delegation(&session, id, 2, &settled, at(5))
        .unwrap();
    let delegate = vault.delegate(&session, id).unwrap();
    assert!(!delegate.is_unsettled());
    assert_eq!(delegate.settled, Some(settled));
    assert_eq!(vault.supervisions(&session, id).unwrap(), [supervision]);
    assert_eq!(vault.delegates(&session, 0, 10).unwrap().total, 1);
}

fn medium(label: &str, kind: MediumKind) -> MediumFields {
    MediumFields {
        label: Label::new(label).unwrap(),
        kind,
        holder: PersonName::new("山田 太郎").unwrap(),
        kept_at: remark("総務部の金庫"),
    }
}

fn trip(on: &str, due: &str) -> TripDraft {
    TripDraft {
        on: day(on),
        carrier: PersonName::new("髙橋 花子").unwrap(),
        destination: remark("税理士事務所"),
        reason: remark("年末調整の受渡し"),
        container: remark("施錠した搬送容器"),
        due_back: Some(day(due)),
    }
}

#[test]
fn a_medium_that_is_not_back_in_time_is_overdue() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let stick = vault
        .register_medium(&session, &medium("USB-1", MediumKind::BackupStick), at(1))
        .unwrap()
        .id;
    let papers = vault
        .register_medium(&session, &medium("綴り-1", MediumKind::Paper), at(1))
        .unwrap()
        .id;
    let late = trip("2026-11-01", "2026-11-10");
    vault
        .take_out_medium(&session, stick, 1, &late, at(2))
        .unwrap();
    let timely = trip("2026-11-20", "2026-11-21");
    vault
        .take_out_medium(&session, papers, 1, &timely, at(2))
        .unwrap();
    let twice = vault.take_out_medium(&session, stick, 2, &late, at(3));
    assert_eq!(twice, Err(RuleError::MediumOut.into()));
    let listed = |vault: &Vault, filter| -> Vec<MediumId> {
        let page = vault.media(&session, filter, 0, 10).unwrap();
        assert_eq!(page.total as usize, page.rows.len());
        page.rows.into_iter().map(|m| m.id).collect()
    };
    assert_eq!(listed(&vault, MediaFilter::Overdue), [stick]);
    assert_eq!(listed(&vault, MediaFilter::Out), [stick, papers]);
    assert!(
        vault
            .medium(&session, stick)
            .unwrap()
            .is_overdue(day("2026-11-21"))
    );

    let early = vault.bring_back_medium(&session, stick, 2, day("2026-10-31"), at(4));
    assert_eq!(early, Err(RuleError::DatesContradict.into()));
    vault
        .bring_back_medium(&session, stick, 2, day("2026-11-21"), at(5))
        .unwrap();
    assert!(listed(&vault, MediaFilter::Overdue).is_empty());
    let in_its_place = vault.bring_back_medium(&session, stick, 3, day("2026-11-21"), at(6));
    assert_eq!(in_its_place, Err(RuleError::MediumNotOut.into()));
    let trips = vault.trips(&session, stick).unwrap();
    assert_eq!(
        trips,
        [Trip {
            draft: late,
            back_on: Some(day("2026-11-21"))
        }]
    );
}

#[test]
fn a_medium_is_destroyed_once_back_and_in_a_way_that_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let id = vault
        .register_medium(&session, &medium("USB-1", MediumKind::UsbStick), at(1))
        .unwrap()
        .id;
    let mut end = Destroyed {
        on: day("2026-11-21"),
        how: Destruction::Erased,
        confirmed_by: PersonName::new("髙橋 花子").unwrap(),
        certificate: None,
    };
    let erased = vault.destroy_medium(&session, id, 1, &end, at(2));
    assert_eq!(erased, Err(RuleError::NotDestroyedSo.into()));
    end.how = Destruction::PhysicallyDestroyed;
    let away = trip("2026-11-01", "2026-11-10");
    vault
        .take_out_medium(&session, id, 1, &away, at(3))
        .unwrap();
    let out = vault.destroy_medium(&session, id, 2, &end, at(4));
    assert_eq!(out, Err(RuleError::MediumOut.into()));
    let lost = Lost {
        on: day("2026-11-12"),
        remark: Some(remark("車内を捜索中")),
    };
    vault.lose_medium(&session, id, 2, &lost, at(5)).unwrap();
    assert_eq!(vault.medium(&session, id).unwrap().lost, Some(lost));
    let gone = vault.destroy_medium(&session, id, 3, &end, at(6));
    assert_eq!(gone, Err(RuleError::MediumLost.into()));
    vault
        .bring_back_medium(&session, id, 3, day("2026-11-13"), at(7))
        .unwrap();
    vault.destroy_medium(&session, id, 4, &end, at(8)).unwrap();
    assert_eq!(
        vault.medium(&session, id).unwrap().destroyed,
        Some(end.clone())
    );
    let again = vault.take_out_medium(&session, id, 5, &away, at(9));
    assert_eq!(again, Err(RuleError::MediumDestroyed.into()));
    assert_eq!(
        events(&vault, &session)[2..],
        ["L-330", "L-331", "L-334", "L-336", "L-333"]
    );
}

#[test]
fn a_loss_stays_on_record_after_the_medium_was_found() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let fields = medium("USB-1", MediumKind::BackupStick);
    let id = vault.register_medium(&session, &fields, at(1)).unwrap().id;
    let lost = |on: &str, why: &str| Lost {
        on: day(on),
        remark: Some(remark(why)),
    };
    let first = lost("2026-10-01", "棚卸しで見つからない");
    vault.lose_medium(&session, id, 1, &first, at(2)).unwrap();
    let missing = vault.media(&session, MediaFilter::Lost, 0, 10).unwrap();
    assert_eq!((missing.total, missing.rows[0].id), (1, id));
    let found = day("2026-10-03");
    vault
        .bring_back_medium(&session, id, 2, found, at(3))
        .unwrap();
    let second = Lost {
        on: day("2026-11-01"),
        remark: None,
    };
    vault.lose_medium(&session, id, 3, &second, at(4)).unwrap();
    let losses = vault.losses(&session, id).unwrap();
    let since = |lost, found_on| Loss { lost, found_on };
    assert_eq!(losses, [since(second, None), since(first, Some(found))]);
    assert_eq!(
        events(&vault, &session)[2..],
        ["L-330", "L-334", "L-336", "L-334"]
    );
}

#[test]
fn nothing_was_done_tomorrow() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let tomorrow = day("2026-11-22");
    let ahead = Err(RuleError::LiesAhead.into());
    let fields = medium("USB-1", MediumKind::UsbStick);
    let id = vault.register_medium(&session, &fields, at(1)).unwrap().id;
    let out = trip("2026-11-22", "2026-11-30");
    assert_eq!(vault.take_out_medium(&session, id, 1, &out, at(2)), ahead);
    let lost = Lost {
        on: tomorrow,
        remark: None,
    };
    assert_eq!(vault.lose_medium(&session, id, 1, &lost, at(2)), ahead);
    let destroyed = Destroyed {
        on: tomorrow,
        how: Destruction::PhysicallyDestroyed,
        confirmed_by: PersonName::new("髙橋 花子").unwrap(),
        certificate: None,
    };
    assert_eq!(
        vault.destroy_medium(&session, id, 1, &destroyed, at(2)),
        ahead
    );

    let delegate = vault
        .add_delegate(&session, &contract("一次事務所"), at(1))
        .unwrap()
        .id;
    let looked = Supervision {
        on: tomorrow,
        how: remark("実地の調査"),
        finding: None,
    };
    let watched = vault.record_supervision(&session, delegate, &looked, at(2));
    assert_eq!(watched, Err(RuleError::LiesAhead.into()));
    let consent = Consent {
        on: tomorrow,
        document: remark("再委託承諾書 第3号"),
    };
    let fields = contract("二次事務所");
    assert_eq!(
        vault.add_subdelegate(&session, delegate, &consent, &fields, at(2)),
        ahead
    );
    // That a contract will end is known before.
    vault
        .end_delegation(&session, delegate, 1, day("2026-12-31"), at(3))
        .unwrap();
    let returned = Settled {
        on: tomorrow,
        how: Settlement::Returned,
        certificate: None,
    };
    assert_eq!(
        vault.settle_delegation(&session, delegate, 2, &returned, at(4)),
        ahead
    );
}
