//! One of each request, for each spot it can be about.

mod drafts;
mod nobody;
mod people;
mod registers;

use crate::common::typed;
use crate::office::{Office, Spot};
use codes::ErrorCode;
use drafts::{newcomer, position};
use nobody::about_nobody;
use people::about_people;
use protocol::clerk::Request;
use protocol::clerk::companions::Request as Companions;
use protocol::clerk::people::Request as People;
use protocol::clerk::retention::Request as Retention;

/// A number of nobody who is there.
pub const FREE: &str = "987654321093";

pub struct Sample {
    pub request: Request,
    pub spot: Spot,
    /// Why it is refused although it is allowed: something in the office is not so that it
    /// could be done.
    pub but: Option<ErrorCode>,
    /// Whether it waits where a second person is asked.
    pub waits: bool,
}

impl Sample {
    fn new(request: impl Into<Request>, spot: Spot) -> Self {
        Self {
            request: request.into(),
            spot,
            but: None,
            waits: false,
        }
    }
}

pub fn all(office: &Office) -> Vec<Sample> {
    let mut samples: Vec<Sample> = about_nobody(office);
    for (spot, place) in [
        (Spot::Near, &office.near),
        (Spot::Far, &office.far),
        (Spot::Foreign, &office.foreign),
    ] {
        samples.extend(
            about_people(office, place)
                .into_iter()
                .map(|(request, but)| Sample {
                    but: but.filter(|_| spot != Spot::Foreign),
                    waits: matches!(
                        &request,
                        Request::Companions(Companions::HandOver { .. })
                            | Request::Retention(Retention::Destroy { .. })
                    ),
                    ..Sample::new(request, spot)
                }),
        );
    }
    for (spot, department) in [
        (Spot::Near, office.department),
        (Spot::Far, office.far_department),
    ] {
        let request = People::Register {
            draft: newcomer("N1"),
            position: Some(position(Some(department))),
            number: Some(typed(FREE)),
        };
        samples.push(Sample::new(request, spot));
    }
    samples
}
