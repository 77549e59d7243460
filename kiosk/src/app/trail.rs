//! Breadcrumbs: the screens on the way from the home screen to one.

use codes::ScreenCode;

/// Where Escape leads in the end, screen by screen.
fn parent(screen: ScreenCode) -> Option<ScreenCode> {
    Some(match screen {
        ScreenCode::People
        | ScreenCode::PersonForm
        | ScreenCode::Ledger
        | ScreenCode::Companions
        | ScreenCode::HandOver
        | ScreenCode::Receipts
        | ScreenCode::UserDictionary => ScreenCode::Home,
        ScreenCode::WordForm => ScreenCode::UserDictionary,
        ScreenCode::Person => ScreenCode::People,
        ScreenCode::RegisterCompanion | ScreenCode::ApprovePc => ScreenCode::Companions,
        ScreenCode::HandOverDone => ScreenCode::HandOver,
        ScreenCode::RecoverWithWords | ScreenCode::NewPassphrase | ScreenCode::ChooseCompany => {
            ScreenCode::Login
        }
        ScreenCode::FirstRunPassphrase => ScreenCode::FirstRunCompany,
        ScreenCode::RecoveryWords => ScreenCode::FirstRunPassphrase,
        ScreenCode::RecoveryCheck => ScreenCode::RecoveryWords,
        _ => return None,
    })
}

/// The way to `screen`, without it.
pub fn to(screen: ScreenCode) -> Vec<ScreenCode> {
    let mut way: Vec<ScreenCode> = std::iter::successors(parent(screen), |s| parent(*s)).collect();
    way.reverse();
    way
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_leads_from_home() {
        assert_eq!(
            to(ScreenCode::Person),
            [ScreenCode::Home, ScreenCode::People]
        );
        assert_eq!(to(ScreenCode::Home), []);
    }
}
