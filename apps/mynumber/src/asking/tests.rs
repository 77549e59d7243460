use super::*;
use crate::Payments;
use NotAllowed::*;
use Purpose::*;

fn child() -> DependantFacts {
    DependantFacts {
        never_joined: false,
        relationship: Relationship::Child,
        deduction: Deduction::NotClaimed,
        health_insured: false,
        category3: false,
        birth_date: None,
        today: Date::new(2026, 11, 22).unwrap(),
    }
}

fn dependant(facts: DependantFacts) -> Result<Vec<Purpose>, NotAllowed> {
    purposes(&Asked::Dependant(facts))
}

fn paid(id: &str, payer: Payer, yen: Option<u64>) -> Result<Vec<Purpose>, NotAllowed> {
    purposes(&Asked::Payee(PayeeFacts {
        kind: PayeeKind::Individual,
        payment: Payments::current().find(id).unwrap(),
        payer,
        expected_yen: yen,
    }))
}

#[test]
fn a_relative_is_asked_for_exactly_what_is_claimed() {
    assert_eq!(dependant(child()), Err(DependantNotClaimed));
    let for_tax = DependantFacts {
        deduction: Deduction::Under16,
        ..child()
    };
    assert_eq!(dependant(for_tax), Ok(vec![WithholdingTax, TaxDeclaration]));
    let insured = DependantFacts {
        health_insured: true,
        ..child()
    };
    assert_eq!(dependant(insured), Ok(vec![HealthAndPension]));
    let both = DependantFacts {
        health_insured: true,
        ..for_tax
    };
    assert_eq!(
        dependant(both),
        Ok(vec![WithholdingTax, TaxDeclaration, HealthAndPension])
    );
}

#[test]
fn category_3_is_for_a_spouse_from_20_to_59() {
    let wife = DependantFacts {
        relationship: Relationship::UnregisteredWife,
        category3: true,
        ..child()
    };
    let born = |text| DependantFacts {
        birth_date: Some(Date::parse(text).unwrap()),
        ..wife
    };
    assert_eq!(dependant(wife), Ok(vec![NationalPension3]));
    // Today is 2026-11-22, the day before a birthday on the 23rd: one is a year older.
    assert_eq!(dependant(born("2006-11-23")), Ok(vec![NationalPension3]));
    assert_eq!(dependant(born("2006-11-24")), Err(NotCategory3));
    assert_eq!(dependant(born("1966-11-24")), Ok(vec![NationalPension3]));
    assert_eq!(dependant(born("1966-11-23")), Err(NotCategory3));
    let daughter = DependantFacts {
        category3: true,
        ..child()
    };
    assert_eq!(dependant(daughter), Err(NotCategory3));
}

#[test]
fn a_spouse_past_60_keeps_what_else_is_claimed() {
    let wife = DependantFacts {
        relationship: Relationship::Wife,
        deduction: Deduction::WithholdingSpouse,
        health_insured: true,
        category3: true,
        birth_date: Some(Date::parse("1966-11-22").unwrap()),
        ..child()
    };
    let others = vec![WithholdingTax, TaxDeclaration, HealthAndPension];
    assert_eq!(dependant(wife), Ok(others));
}

#[test]
fn a_corporation_is_reported_where_its_kind_of_payment_is() {
    let of = |id: &str, yen| {
        reporting(&PayeeFacts {
            kind: PayeeKind::Corporate,
            payment: Payments::current().find(id).unwrap(),
            payer: Payer::Corporation,
            expected_yen: yen,
        })
    };
    for payment in &Payments::current().all {
        let much = Some(payment.threshold_yen + 1);
        let expected = match payment.corporate {
            true => Reporting::Due,
            false => Reporting::NotOfCorporations,
        };
        assert_eq!(of(&payment.id, much), expected, "{}", payment.id);
    }
    assert_eq!(of("rent", Some(1_000_000)), Reporting::NotOfCorporations);
}

#[test]
fn a_payee_is_asked_only_above_the_threshold() {
    let corporation = Payer::Corporation;
    for payment in &Payments::current().all {
        let limit = payment.threshold_yen;
        let at = paid(&payment.id, corporation, Some(limit));
        if limit > 0 {
            assert_eq!(
                at,
                Err(UnderThreshold {
                    threshold_yen: limit
                }),
                "{}",
                payment.id
            );
            assert_eq!(paid(&payment.id, corporation, None), Err(AmountUnknown));
        } else {
            assert_eq!(at, Ok(vec![payment.purpose]));
        }
        let above = paid(&payment.id, corporation, Some(limit + 1));
        assert_eq!(above, Ok(vec![payment.purpose]), "{}", payment.id);
    }
}

#[test]
fn a_shop_owner_asks_no_landlord_and_a_dealer_does() {
    let rent = Some(1_200_000);
    assert_eq!(
        paid("rent", Payer::SoleProprietor, rent),
        Err(PayerDoesNotReport)
    );
    assert_eq!(
        paid("rent", Payer::RealEstateDealer, rent),
        Ok(vec![RealEstateReport])
    );
    assert_eq!(
        paid("professional", Payer::SoleProprietor, rent),
        Ok(vec![PayeeReport])
    );
}

#[test]
fn a_corporation_is_never_asked() {
    for payment in &Payments::current().all {
        let asked = Asked::Payee(PayeeFacts {
            kind: PayeeKind::Corporate,
            payment,
            payer: Payer::Corporation,
            expected_yen: Some(u64::MAX),
        });
        assert_eq!(purposes(&asked), Err(CorporatePayee), "{}", payment.id);
    }
}

#[test]
fn an_employee_is_asked_from_the_promise_on_and_a_dispatched_one_never() {
    let asked = |employment, status| {
        purposes(&Asked::Employee(EmployeeFacts {
            employment,
            status,
            never_joined: false,
            property_savings: false,
        }))
    };
    let four = vec![
        WithholdingTax,
        TaxDeclaration,
        EmploymentInsurance,
        HealthAndPension,
    ];
    for status in [
        EmploymentStatus::Expected,
        EmploymentStatus::OnLeave,
        EmploymentStatus::Retired,
    ] {
        assert_eq!(
            asked(Employment::Casual, status),
            Ok(four.clone()),
            "{status:?}"
        );
    }
    assert_eq!(
        asked(Employment::Regular, EmploymentStatus::Deleted),
        Err(Ended)
    );
    assert_eq!(
        asked(Employment::Dispatched, EmploymentStatus::Active),
        Err(Dispatched)
    );
}

#[test]
fn of_who_never_came_nobody_is_asked() {
    let declined = EmployeeFacts {
        employment: Employment::Regular,
        status: EmploymentStatus::Expected,
        never_joined: true,
        property_savings: false,
    };
    assert_eq!(purposes(&Asked::Employee(declined)), Err(Ended));
    let wife = DependantFacts {
        never_joined: true,
        health_insured: true,
        ..child()
    };
    assert_eq!(dependant(wife), Err(Ended));
}

#[test]
fn papers_of_a_year_are_open_until_the_end_of_january() {
    let since = |today| papers_open_since(Date::parse(today).unwrap()).to_string();
    assert_eq!(since("2026-12-31"), "2026-01-01");
    assert_eq!(since("2027-01-01"), "2026-01-01");
    assert_eq!(since("2027-01-31"), "2026-01-01");
    assert_eq!(since("2027-02-01"), "2027-01-01");
    assert_eq!(since("1868-01-10"), "1868-01-10");
}

#[test]
fn nobody_is_asked_for_workers_compensation_nor_for_what_does_not_concern_them() {
    let all = [
        Asked::Employee(EmployeeFacts {
            employment: Employment::Regular,
            status: EmploymentStatus::Active,
            never_joined: false,
            property_savings: true,
        }),
        Asked::Dependant(DependantFacts {
            health_insured: true,
            ..child()
        }),
        Asked::Proprietor,
    ];
    for asked in all {
        let compensation = check(&asked, Work::WorkersCompensation);
        assert_eq!(compensation, Err(NotAllowed::WorkersCompensation));
        let allowed = purposes(&asked).unwrap();
        for purpose in Purpose::ALL {
            let expected = if allowed.contains(&purpose) {
                Ok(purpose)
            } else {
                Err(OtherPurpose(purpose))
            };
            assert_eq!(check(&asked, Work::For(purpose)), expected, "{asked:?}");
        }
    }
}

#[test]
fn every_reason_has_both_languages_and_a_source() {
    for reason in [
        DependantNotClaimed,
        NotCategory3,
        Dispatched,
        Ended,
        CorporatePayee,
        UnderThreshold {
            threshold_yen: 1_000_000,
        },
        AmountUnknown,
        PayerDoesNotReport,
        NotAllowed::WorkersCompensation,
        OtherPurpose(DividendReport),
    ] {
        assert!(reason.japanese().ends_with('。'), "{reason:?}");
        assert!(
            reason.english().ends_with('.') && reason.english().is_ascii(),
            "{reason:?}"
        );
        assert!(reason.source().contains("条"), "{reason:?}");
    }
    assert!(
        UnderThreshold {
            threshold_yen: 1_000_000
        }
        .english()
        .contains("1,000,000")
    );
}
