//! What a screen reader is told: the accessible properties of everything that is drawn.

use i_slint_core::accessibility::AccessibleStringProperty as Property;
use i_slint_core::item_tree::ItemRc;
pub use i_slint_core::items::AccessibleRole as Role;
use i_slint_core::window::WindowInner;
use kiosk::headless::Headless;
use slint::ComponentHandle;
use std::ops::ControlFlow;

/// One element with a role.
#[derive(Clone, Debug)]
pub struct Spoken {
    pub role: Role,
    pub label: String,
    pub value: String,
    pub description: String,
    pub enabled: bool,
    pub read_only: bool,
    pub checked: bool,
    /// It has the focus, or is the chosen one of a list.
    pub selected: bool,
    pub expanded: bool,
    item: ItemRc,
}

impl Spoken {
    /// What a click or a reader's "activate" does.
    pub fn activate(&self) {
        use i_slint_core::accessibility::AccessibilityAction;
        self.item.accessible_action(&AccessibilityAction::Default);
    }

    /// Left, top, right and bottom on the screen, in logical pixels.
    pub fn edges(&self) -> [f32; 4] {
        let geometry = self.item.geometry();
        let corner = self.item.map_to_window(geometry.origin);
        [
            corner.x,
            corner.y,
            corner.x + geometry.width(),
            corner.y + geometry.height(),
        ]
    }

    /// Where its lower edge is on the screen, in logical pixels.
    pub fn bottom(&self) -> f32 {
        let geometry = self.item.geometry();
        let corner = self.item.map_to_window(geometry.origin);
        corner.y + geometry.height()
    }
}

/// Everything with a role other than plain text, in the order in which it is drawn.
pub fn all(kiosk: &Headless) -> Vec<Spoken> {
    let tree = WindowInner::from_pub(kiosk.component().window()).component();
    let mut found = Vec::new();
    ItemRc::new_root(tree).visit_descendants(|item| -> ControlFlow<()> {
        if !item.is_visible() {
            return ControlFlow::Continue(());
        }
        let role = item.accessible_role();
        if !matches!(role, Role::None | Role::Text) {
            let text = |what| item.accessible_string_property(what).unwrap_or_default();
            let is = |what, usually: &str| {
                let said = item.accessible_string_property(what);
                said.map_or(usually.to_owned(), |s| s.to_string()) == "true"
            };
            found.push(Spoken {
                role,
                label: text(Property::Label).into(),
                value: text(Property::Value).into(),
                description: text(Property::Description).into(),
                enabled: is(Property::Enabled, "true"),
                read_only: is(Property::ReadOnly, "false"),
                checked: is(Property::Checked, "false"),
                selected: is(Property::ItemSelected, "false"),
                expanded: is(Property::Expanded, "false"),
                item: item.clone(),
            });
        }
        ControlFlow::Continue(())
    });
    found
}

/// Where a text is drawn, from left to right in logical pixels; the first that reads so.
pub fn text_at(kiosk: &Headless, wanted: &str) -> Option<(f32, f32)> {
    let tree = WindowInner::from_pub(kiosk.component().window()).component();
    let mut found = None;
    ItemRc::new_root(tree).visit_descendants(|item| {
        let label = item.accessible_string_property(Property::Label);
        let is_text = item.accessible_role() == Role::Text && item.is_visible();
        if is_text && label.is_some_and(|label| label == wanted) {
            let geometry = item.geometry();
            let left = item.map_to_window(geometry.origin).x;
            found = Some((left, left + geometry.width()));
            return ControlFlow::Break(());
        }
        ControlFlow::<()>::Continue(())
    });
    found
}

/// The only element with this role whose label begins so.
#[track_caller]
pub fn the(kiosk: &Headless, role: Role, label: &str) -> Spoken {
    let elements = all(kiosk);
    let mut found = elements
        .iter()
        .filter(|e| e.role == role && e.label.starts_with(label));
    let first = found
        .next()
        .unwrap_or_else(|| panic!("no {role:?} {label:?} among {elements:#?}"));
    assert!(found.next().is_none(), "several {role:?} {label:?}");
    first.clone()
}

/// The field that has the focus.
#[track_caller]
pub fn focused_field(kiosk: &Headless) -> Spoken {
    let fields = all(kiosk).into_iter().filter(|e| {
        let field = matches!(e.role, Role::TextInput | Role::Combobox | Role::RadioGroup);
        field && e.selected
    });
    let mut fields: Vec<Spoken> = fields.collect();
    assert_eq!(fields.len(), 1, "one field has the focus: {fields:#?}");
    fields.remove(0)
}
