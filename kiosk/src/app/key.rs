use protocol::settings::Rotation;

/// A key as the screens understand it: what it means, not where it sits.
///
/// Which key of a keyboard means what is decided by [`crate::platform::keymap`] (stick)
/// or the window system (desktop).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Char(char),
    Enter,
    Tab,
    BackTab,
    Escape,
    Backspace,
    Delete,
    Left,
    Right,
    Up,
    Down,
    Home,
    End,
    PageUp,
    PageDown,
    /// F1 … F12
    F(u8),
    /// 半角/全角
    KanaToggle,
    /// 変換
    Convert,
    /// 無変換
    NonConvert,
    /// Ctrl + Alt + an arrow: the picture stands like this.
    Turn(Rotation),
    /// Ctrl + plus: everything is drawn larger.
    Larger,
    /// Ctrl + minus
    Smaller,
}
