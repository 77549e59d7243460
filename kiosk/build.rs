//! Compiles the screens under ui/.

fn main() {
    // No stock style: every widget is drawn in ui/widgets.slint, so none is compiled in.
    let config = slint_build::CompilerConfiguration::new().with_style("fluent-light".into());
    if let Err(error) = slint_build::compile_with_config("ui/kiosk.slint", config) {
        // Panicking in a build script is how cargo learns of it.
        panic!("ui/kiosk.slint: {error}");
    }
}
