use crate::Row;

pub fn rows() -> Vec<Row> {
    Vec::new()
}
