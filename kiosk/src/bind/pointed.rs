//! From a place on the screen to one between two characters.

use crate::app::{Place, Spot, joins};
use crate::ui;

/// The place that the pointer is nearest to. `width` measures a text as it is drawn, at a size in
/// logical pixels.
pub fn spot(point: &ui::TextPoint, width: impl Fn(&str, f32) -> f32) -> Spot {
    let (at, left) = nearest(&point.piece, point.x, |text| width(text, point.size));
    Spot {
        at: match point.last {
            true => Place::End(point.piece.chars().count() - at),
            false => Place::Start(point.ahead.chars().count() + at),
        },
        left,
    }
}

/// Characters before the place in `text` that is nearest to `x`, and whether `x` is left of it. A
/// longer beginning is never narrower, so that half of the places need no measuring.
fn nearest(text: &str, x: f32, width: impl Fn(&str) -> f32) -> (usize, bool) {
    let inner = text.char_indices().enumerate().skip(1);
    let inner = inner.filter(|(_, (_, c))| !joins(*c));
    let places: Vec<(usize, usize)> = std::iter::once((0, 0))
        .chain(inner.map(|(count, (byte, _))| (count, byte)))
        .chain((!text.is_empty()).then(|| (text.chars().count(), text.len())))
        .collect();
    let width_of = |place: usize| width(&text[..places[place].1]);
    let reached: Vec<usize> = (0..places.len()).collect();
    let after = reached.partition_point(|place| width_of(*place) <= x);
    let before = after.saturating_sub(1);
    let nearer = match after < places.len() && width_of(after) - x < x - width_of(before) {
        true => after,
        false => before,
    };
    (places[nearer].0, x < width_of(nearer))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten pixels for each character, none for what joins it.
    fn tens(text: &str) -> f32 {
        text.chars().filter(|c| !joins(*c)).count() as f32 * 10.0
    }

    #[test]
    fn the_nearest_place_counts_and_the_side_it_is_seen_from() {
        let cases = [
            (-50.0, (0, true)),
            (0.0, (0, false)),
            (4.9, (0, false)),
            (5.1, (1, true)),
            (14.0, (1, false)),
            (29.0, (3, true)),
            (300.0, (3, false)),
        ];
        for (x, place) in cases {
            assert_eq!(nearest("abc", x, tens), place, "at {x}");
        }
        assert_eq!(nearest("", 10.0, tens), (0, false));
    }

    #[test]
    fn a_character_and_what_joins_it_are_one() {
        let text = "祐\u{e0100}太";
        assert_eq!(nearest(text, 9.0, tens), (2, true));
        assert_eq!(nearest(text, 2.0, tens), (0, false));
        assert_eq!(nearest(text, 20.0, tens), (3, false));
    }

    #[test]
    fn the_end_that_stays_is_counted_from() {
        let point = |last| ui::TextPoint {
            ahead: "山田".into(),
            piece: "太郎".into(),
            last,
            x: 11.0,
            size: 22.0,
            ..ui::TextPoint::default()
        };
        let at = |last| spot(&point(last), |text, _| tens(text)).at;
        assert_eq!(at(false), Place::Start(3));
        assert_eq!(at(true), Place::End(1));
    }
}
