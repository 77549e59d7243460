//! Recorded lists of events, as `evtest` shows them: time in milliseconds, then reports.

use super::*;

const PAD: Traits = Traits {
    relative: false,
    // As the touchpad of a common laptop says it: 100 × 60 mm, 12 units a millimetre.
    axes: Some([
        Axis {
            low: 0,
            high: 1200,
            per_mm: 12,
        },
        Axis {
            low: 0,
            high: 720,
            per_mm: 12,
        },
    ]),
    contacts: true,
    direct: false,
    touch: true,
    finger: true,
    button: true,
};

const GLASS: Traits = Traits {
    axes: Some([
        Axis {
            low: 0,
            high: 4000,
            per_mm: 0,
        },
        Axis {
            low: 0,
            high: 2000,
            per_mm: 0,
        },
    ]),
    direct: true,
    finger: false,
    button: false,
    ..PAD
};

const MOUSE: Traits = Traits {
    relative: true,
    axes: None,
    contacts: false,
    direct: false,
    touch: false,
    finger: false,
    button: true,
};

/// One report: the events, without the `SYN_REPORT` that ends it.
type Report<'a> = (u64, &'a [(u16, u16, i32)]);

fn play(device: &mut Pointing, reports: &[Report]) -> Vec<Motion> {
    let mut out = Vec::new();
    for (ms, events) in reports {
        let at = Duration::from_millis(*ms);
        for (kind, code, value) in events.iter().chain(&[(EV_SYN, 0, 0)]) {
            device.take(
                Raw {
                    at,
                    kind: *kind,
                    code: *code,
                    value: *value,
                },
                &mut out,
            );
        }
    }
    out
}

fn device(traits: Traits) -> Pointing {
    Pointing::of(traits).expect("it points")
}

/// A finger comes in a slot.
fn down(slot: i32, id: i32, x: i32, y: i32) -> Vec<(u16, u16, i32)> {
    vec![
        (EV_ABS, ABS_MT_SLOT, slot),
        (EV_ABS, ABS_MT_TRACKING_ID, id),
        (EV_ABS, ABS_MT_POSITION_X, x),
        (EV_ABS, ABS_MT_POSITION_Y, y),
    ]
}

fn at(slot: i32, x: i32, y: i32) -> Vec<(u16, u16, i32)> {
    vec![
        (EV_ABS, ABS_MT_SLOT, slot),
        (EV_ABS, ABS_MT_POSITION_X, x),
        (EV_ABS, ABS_MT_POSITION_Y, y),
    ]
}

fn up(slot: i32) -> Vec<(u16, u16, i32)> {
    vec![
        (EV_ABS, ABS_MT_SLOT, slot),
        (EV_ABS, ABS_MT_TRACKING_ID, -1),
    ]
}

const CLICK: [Motion; 2] = [Motion::Button(true), Motion::Button(false)];

fn sum(motions: &[Motion]) -> (f32, f32) {
    motions.iter().fold((0.0, 0.0), |sum, motion| match motion {
        Motion::By { x, y } => (sum.0 + x, sum.1 + y),
        other => panic!("{other:?}"),
    })
}

#[test]
fn devices_are_told_apart_by_what_they_can_do() {
    assert!(matches!(Pointing::of(PAD), Some(Pointing::Touchpad(_))));
    assert!(matches!(Pointing::of(GLASS), Some(Pointing::Screen(_))));
    assert!(matches!(Pointing::of(MOUSE), Some(Pointing::Mouse(_))));
    let tablet = Traits {
        axes: GLASS.axes,
        button: true,
        ..Traits::default()
    };
    assert!(matches!(Pointing::of(tablet), Some(Pointing::Tablet(_))));
    let old_glass = Traits {
        axes: GLASS.axes,
        touch: true,
        ..Traits::default()
    };
    assert!(matches!(Pointing::of(old_glass), Some(Pointing::Screen(_))));
    assert!(Pointing::of(Traits::default()).is_none());
}

#[test]
fn a_mouse_moves_by_its_counts_and_a_quick_one_goes_further() {
    let mut mouse = device(MOUSE);
    let slow = play(
        &mut mouse,
        &[(0, &[(EV_REL, REL_X, 2), (EV_REL, REL_Y, -1)])],
    );
    assert_eq!(slow, [Motion::By { x: 2.0, y: -1.0 }]);
    let quick = play(&mut mouse, &[(8, &[(EV_REL, REL_X, 40)])]);
    assert_eq!(quick, [Motion::By { x: 80.0, y: 0.0 }]);
}

#[test]
fn a_wheel_scrolls_up_with_a_positive_click() {
    let mut mouse = device(MOUSE);
    // High-resolution wheels tell each click twice; only one counts.
    let out = play(
        &mut mouse,
        &[(0, &[(EV_REL, REL_WHEEL, 1), (EV_REL, 0x0b, 120)])],
    );
    assert_eq!(out, [Motion::Scroll(WHEEL_CLICK)]);
}

#[test]
fn a_button_is_pressed_where_the_mouse_got_to_in_the_same_report() {
    let mut mouse = device(MOUSE);
    let out = play(
        &mut mouse,
        &[
            (0, &[(EV_REL, REL_X, 1), (EV_KEY, BTN_LEFT, 1)]),
            (50, &[(EV_KEY, BTN_LEFT, 0)]),
        ],
    );
    assert_eq!(
        out,
        [
            Motion::By { x: 1.0, y: 0.0 },
            Motion::Button(true),
            Motion::Button(false)
        ]
    );
}

#[test]
fn a_mouse_that_is_pulled_lets_its_button_go() {
    let mut mouse = device(MOUSE);
    play(&mut mouse, &[(0, &[(EV_KEY, BTN_LEFT, 1)])]);
    let mut out = Vec::new();
    mouse.release(&mut out);
    assert_eq!(out, [Motion::Cancel]);
}

#[test]
fn a_tablet_points_at_a_part_of_the_panel() {
    let mut tablet = device(Traits {
        axes: Some(
            [Axis {
                low: 0,
                high: 32767,
                per_mm: 0,
            }; 2],
        ),
        button: true,
        ..Traits::default()
    });
    let out = play(
        &mut tablet,
        &[(
            0,
            &[
                (EV_ABS, ABS_X, 32767),
                (EV_ABS, ABS_Y, 0),
                (EV_KEY, BTN_LEFT, 1),
            ],
        )],
    );
    assert_eq!(out, [Motion::To { x: 1.0, y: 0.0 }, Motion::Button(true)]);
}

#[test]
fn one_finger_on_the_pad_moves_the_pointer_and_does_not_click() {
    let mut pad = device(PAD);
    let out = play(
        &mut pad,
        &[
            (0, &down(0, 1, 600, 300)),
            // 1 mm a report.
            (8, &at(0, 612, 300)),
            (16, &at(0, 624, 300)),
            (24, &at(0, 636, 300)),
            (32, &at(0, 648, 300)),
            (40, &up(0)),
        ],
    );
    let (x, y) = sum(&out);
    assert!(x > 0.0 && y == 0.0, "{out:?}");
}

#[test]
fn a_faster_finger_goes_further_for_the_same_way() {
    let way = |step: i32| {
        let mut pad = device(PAD);
        let mut reports = vec![(0, down(0, 1, 100, 300))];
        // Beyond the way of a tap first.
        reports.push((300, at(0, 150, 300)));
        for i in 1..=240 / step {
            reports.push((300 + i as u64 * 8, at(0, 150 + i * step, 300)));
        }
        let reports: Vec<Report> = reports.iter().map(|(ms, r)| (*ms, &r[..])).collect();
        sum(&play(&mut pad, &reports)).0
    };
    assert!(way(24) > way(4) * 1.3, "{} {}", way(24), way(4));
}

#[test]
fn a_tap_clicks_and_the_pointer_stays() {
    let mut pad = device(PAD);
    let out = play(
        &mut pad,
        &[
            (0, &down(0, 1, 600, 300)),
            (8, &at(0, 603, 302)),
            (90, &up(0)),
        ],
    );
    assert_eq!(out, CLICK);
}

#[test]
fn a_finger_that_rests_or_moves_does_not_click() {
    let mut pad = device(PAD);
    let rested = play(&mut pad, &[(0, &down(0, 1, 600, 300)), (900, &up(0))]);
    assert_eq!(rested, []);
    let moved = play(
        &mut pad,
        &[
            (1000, &down(0, 2, 600, 300)),
            (1050, &at(0, 660, 300)),
            (1100, &up(0)),
        ],
    );
    assert!(!moved.iter().any(|m| matches!(m, Motion::Button(_))));
}

#[test]
fn two_fingers_scroll_the_content_along_and_nothing_jumps_when_one_goes() {
    let mut pad = device(PAD);
    let out = play(
        &mut pad,
        &[
            (0, &down(0, 1, 500, 300)),
            (10, &down(1, 2, 700, 300)),
            (250, &[at(0, 500, 288), at(1, 700, 288)].concat()),
            (258, &[at(0, 500, 276), at(1, 700, 276)].concat()),
            (266, &up(1)),
            (274, &up(0)),
        ],
    );
    // A millimetre up each time.
    assert_eq!(
        out,
        [
            Motion::Scroll(-PIXELS_PER_MM),
            Motion::Scroll(-PIXELS_PER_MM)
        ]
    );
}

#[test]
fn a_tap_with_two_fingers_is_no_click() {
    let mut pad = device(PAD);
    let out = play(
        &mut pad,
        &[
            (0, &[down(0, 1, 500, 300), down(1, 2, 700, 300)].concat()),
            (80, &[up(0), up(1)].concat()),
        ],
    );
    assert_eq!(out, []);
}

#[test]
fn a_pad_that_is_pressed_clicks_once_and_drags_with_a_second_finger() {
    let mut pad = device(PAD);
    let out = play(
        &mut pad,
        &[
            (0, &down(0, 1, 500, 600)),
            (20, &[(EV_KEY, BTN_LEFT, 1)]),
            (40, &down(1, 2, 700, 300)),
            (300, &at(1, 760, 300)),
            (400, &[(EV_KEY, BTN_LEFT, 0)]),
            (450, &[up(0), up(1)].concat()),
        ],
    );
    let [
        Motion::Button(true),
        Motion::By { x, .. },
        Motion::Button(false),
    ] = out[..]
    else {
        panic!("{out:?}");
    };
    assert!(x > 0.0);
}

#[test]
fn a_palm_that_lands_while_somebody_types_does_nothing() {
    let mut pad = device(PAD);
    pad.hush(Duration::from_millis(1000));
    let out = play(
        &mut pad,
        &[
            (1100, &down(0, 1, 600, 300)),
            (1110, &at(0, 700, 400)),
            (1150, &up(0)),
            (1200, &down(0, 2, 600, 300)),
            (1250, &up(0)),
        ],
    );
    assert_eq!(out, []);
    let later = play(&mut pad, &[(1400, &down(0, 3, 600, 300)), (1450, &up(0))]);
    assert_eq!(later, CLICK);
}

#[test]
fn an_old_pad_that_knows_one_finger_moves_taps_and_scrolls_too() {
    let old = Traits {
        contacts: false,
        ..PAD
    };
    let mut pad = device(old);
    let tap = play(
        &mut pad,
        &[
            (
                0,
                &[
                    (EV_ABS, ABS_X, 600),
                    (EV_ABS, ABS_Y, 300),
                    (EV_KEY, BTN_TOUCH, 1),
                ],
            ),
            (80, &[(EV_KEY, BTN_TOUCH, 0)]),
        ],
    );
    assert_eq!(tap, CLICK);
    let scroll = play(
        &mut pad,
        &[
            (1000, &[(EV_KEY, BTN_TOUCH, 1)]),
            (1010, &[(EV_KEY, BTN_TOOL_DOUBLETAP, 1)]),
            (1300, &[(EV_ABS, ABS_Y, 312)]),
            (
                1310,
                &[(EV_KEY, BTN_TOUCH, 0), (EV_KEY, BTN_TOOL_DOUBLETAP, 0)],
            ),
        ],
    );
    assert_eq!(scroll, [Motion::Scroll(PIXELS_PER_MM)]);
}

#[test]
fn a_touch_clicks_where_the_finger_was_when_it_goes() {
    let mut glass = device(GLASS);
    let out = play(
        &mut glass,
        &[
            (0, &down(0, 1, 1000, 500)),
            (20, &at(0, 1010, 505)),
            (120, &up(0)),
        ],
    );
    assert_eq!(
        out,
        [
            Motion::Touch,
            Motion::To { x: 0.25, y: 0.25 },
            Motion::Button(true),
            Motion::Button(false)
        ]
    );
}

#[test]
fn a_finger_that_moves_on_the_screen_takes_the_content_along_and_clicks_nothing() {
    let mut glass = device(GLASS);
    let out = play(
        &mut glass,
        &[
            (0, &down(0, 1, 1000, 1000)),
            (20, &at(0, 1000, 900)),
            (40, &at(0, 1000, 800)),
            (60, &up(0)),
        ],
    );
    let dragged: f32 = out
        .iter()
        .map(|motion| match motion {
            Motion::Drag { y, .. } => *y,
            _ => 0.0,
        })
        .sum();
    assert!((dragged + 0.1).abs() < 1e-6, "{out:?}");
    assert!(!out.iter().any(|m| matches!(m, Motion::Button(_))));
}

#[test]
fn a_second_finger_on_the_screen_makes_it_no_click() {
    let mut glass = device(GLASS);
    let out = play(
        &mut glass,
        &[
            (0, &down(0, 1, 1000, 500)),
            (20, &down(1, 2, 3000, 500)),
            (60, &[up(0), up(1)].concat()),
        ],
    );
    assert!(!out.iter().any(|m| matches!(m, Motion::Button(_))));
}

#[test]
fn slots_beyond_what_is_told_apart_are_passed_over() {
    let mut glass = device(GLASS);
    let out = play(
        &mut glass,
        &[(0, &down(99, 1, 1, 1)), (9, &down(-1, 2, 1, 1))],
    );
    assert_eq!(out, []);
}

#[test]
fn a_finger_that_stays_presses_and_is_the_pointer_until_it_goes() {
    let mut glass = device(GLASS);
    let ms = Duration::from_millis;
    play(
        &mut glass,
        &[(0, &down(0, 1, 1000, 1000)), (50, &at(0, 1010, 1002))],
    );
    assert_eq!(glass.due(), Some(LONG_PRESS));
    let mut out = Vec::new();
    glass.tick(LONG_PRESS - ms(1), &mut out);
    assert_eq!(out, []);
    glass.tick(LONG_PRESS, &mut out);
    glass.tick(LONG_PRESS + ms(9), &mut out);
    assert_eq!(out, [Motion::LongPress, Motion::Button(true)]);
    assert_eq!(glass.due(), None);
    let out = play(&mut glass, &[(600, &at(0, 3000, 1000)), (700, &up(0))]);
    assert_eq!(out, [Motion::To { x: 0.75, y: 0.5 }, Motion::Button(false)]);
}

#[test]
fn a_finger_that_moves_scrolls_however_long_it_stays_then() {
    let mut glass = device(GLASS);
    play(
        &mut glass,
        &[(0, &down(0, 1, 1000, 1000)), (50, &at(0, 1000, 1400))],
    );
    assert_eq!(glass.due(), None);
}

#[test]
fn a_second_finger_or_a_pulled_screen_clicks_nothing() {
    for pulled in [false, true] {
        let mut glass = device(GLASS);
        play(&mut glass, &[(0, &down(0, 1, 1000, 1000))]);
        glass.tick(LONG_PRESS, &mut Vec::new());
        let mut out = Vec::new();
        if pulled {
            glass.release(&mut out);
        } else {
            let second = down(1, 2, 3000, 1000);
            out = play(&mut glass, &[(600, &second), (700, &up(0)), (710, &up(1))]);
            out.retain(|motion| !matches!(motion, Motion::Drag { .. }));
        }
        assert_eq!(out, [Motion::Cancel]);
    }
}

#[test]
fn two_thumbs_type_before_the_first_has_gone() {
    let mut glass = device(GLASS);
    let out = play(
        &mut glass,
        &[
            (0, &down(0, 1, 1000, 500)),
            (90, &down(1, 2, 3000, 500)),
            (120, &up(0)),
            (150, &down(0, 3, 1000, 1000)),
            (200, &up(1)),
            (220, &up(0)),
        ],
    );
    let clicked: Vec<(f32, f32)> = out
        .windows(2)
        .filter_map(|pair| match pair {
            [Motion::To { x, y }, Motion::Button(true)] => Some((*x, *y)),
            _ => None,
        })
        .collect();
    assert_eq!(clicked, [(0.25, 0.25), (0.75, 0.25), (0.25, 0.5)]);
    assert_eq!(
        out.iter().filter(|m| **m == Motion::Button(false)).count(),
        3
    );
}

#[test]
fn the_finger_that_stays_when_another_goes_begins_nothing() {
    let mut glass = device(GLASS);
    let out = play(
        &mut glass,
        &[
            (0, &down(0, 1, 1000, 500)),
            (20, &down(1, 2, 3000, 500)),
            (60, &up(0)),
            (90, &at(1, 3000, 1500)),
            (120, &up(1)),
        ],
    );
    assert_eq!(out, [Motion::Touch, Motion::To { x: 0.25, y: 0.25 }]);
    assert_eq!(glass.due(), None);
}

#[test]
fn the_arrow_goes_with_the_last_device_that_moves_it() {
    let device = |traits| Pointing::of(traits).expect("it points");
    let (mouse, pad, glass) = (device(MOUSE), device(PAD), device(GLASS));
    assert!(!is_arrow_gone(&mouse, [&pad, &glass].into_iter()));
    assert!(is_arrow_gone(&pad, [&glass].into_iter()));
    assert!(is_arrow_gone(&mouse, [].into_iter()));
    // A finger never had one: what a mouse moved stays, or was gone before.
    assert!(!is_arrow_gone(&glass, [&mouse].into_iter()));
    assert!(!is_arrow_gone(&glass, [].into_iter()));
}
