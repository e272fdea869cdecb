//! Progress on stderr, on a terminal only, and only for work that takes a while.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;

/// A bar that counts up to `total` of a unit.
pub fn bar(what: &str, total: u64) -> ProgressBar {
    draw(ProgressBar::new(total), what, "{msg:<28} {bar:32} {percent:>3} %  {elapsed}")
}

/// A bar for work whose length is not known.
pub fn spinner(what: &str) -> ProgressBar {
    let bar = draw(ProgressBar::new_spinner(), what, "{msg:<28} {spinner}  {elapsed}");
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn draw(bar: ProgressBar, what: &str, template: &str) -> ProgressBar {
    let target = if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    bar.set_draw_target(target);
    bar.set_style(ProgressStyle::with_template(template).expect("the template is a constant"));
    bar.set_message(what.to_owned());
    bar
}
