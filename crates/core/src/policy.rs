//! Policies that the program carries as tables of quantities.

/// The value of a quantity in a table of two columns, `quantity,value`.
///
/// # Panics
/// When it is not there: the tables are the project's own, and a test reads each.
pub(crate) fn quantity(table: &str, name: &str) -> f64 {
    let row = table.lines().filter_map(|line| line.split_once(',')).find(|(quantity, _)| *quantity == name);
    row.and_then(|(_, value)| value.trim().parse().ok()).expect("the policy file has every quantity")
}
