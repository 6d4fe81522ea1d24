//! Builds what the browser gets (wasm and its glue, styles, scripts, fonts) and puts it into the binary, so that
//! plain cargo builds everything. THROUGHLINE_FRONT: unset builds quickly, `small` as for a release, `none` no wasm.

#[path = "build/mod.rs"]
mod front;

fn main() {
    if let Err(reason) = front::build() {
        // Cargo shows what a failing build script prints to standard error.
        eprintln!("\nThe browser's half could not be built: {reason}\n");
        std::process::exit(1);
    }
}
