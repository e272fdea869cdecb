//! How a command ends when it does not succeed: 1 the data or a stated threshold failed, 2 it could not run.

use miette::{GraphicalReportHandler, GraphicalTheme, IntoDiagnostic, Report};
use std::error::Error;
use std::fmt;
use std::io::{ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

/// A failed command.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    /// Whoever read stdout has gone.
    reader_left: bool,
    report: Report,
}

/// Result of a command.
pub type Done<T = ()> = Result<T, Failure>;

impl Failure {
    /// The data, or a threshold that the user stated, failed: exit code 1.
    pub fn data(message: impl fmt::Display + fmt::Debug + Send + Sync + 'static) -> Self {
        Self { code: 1, reader_left: false, report: Report::msg(message) }
    }

    /// The data failed, as another part of the program says: exit code 1.
    pub fn failed(error: impl Error + Send + Sync + 'static) -> Self {
        Self { code: 1, ..error.into() }
    }

    /// Whether it is the data that failed, and not the command.
    pub const fn is_refusal(&self) -> bool {
        self.code == 1
    }

    /// The command could not run: exit code 2.
    pub fn cannot(message: impl fmt::Display + fmt::Debug + Send + Sync + 'static) -> Self {
        Self { code: 2, reader_left: false, report: Report::msg(message) }
    }

    /// Prints the causes one per line. A reader of stdout that went away is no failure.
    pub fn exit(self) -> ExitCode {
        if self.reader_left {
            return ExitCode::SUCCESS;
        }
        // Nothing can be said when stderr itself is gone.
        let _ = writeln!(std::io::stderr(), "{:?}", self.report);
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.report.fmt(f)
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        let as_io = (&error as &(dyn Error + 'static)).downcast_ref::<std::io::Error>();
        let reader_left = as_io.is_some_and(|e| e.kind() == ErrorKind::BrokenPipe);
        Self { code: 2, reader_left, report: Err::<(), E>(error).into_diagnostic().expect_err("it is an error") }
    }
}

/// Plain text where no person watches; and a panic says where it was, never what: its text may quote a value.
pub fn install() {
    std::panic::set_hook(Box::new(|panic| {
        if !hotspot_pipeline::panics_are_caught() {
            let place = panic.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
            // Nothing can be said when stderr itself is gone.
            let _ = writeln!(std::io::stderr(), "hotspot: an error of the program itself{place}: please report it");
        }
    }));
    let theme = if std::io::stderr().is_terminal() { GraphicalTheme::unicode() } else { GraphicalTheme::none() };
    // A second call finds a handler in place, which is as good.
    let _ = miette::set_hook(Box::new(move |_| Box::new(GraphicalReportHandler::new_themed(theme.clone()).with_width(132))));
}
