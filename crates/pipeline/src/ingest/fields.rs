//! One row as text, whatever the file.

use sha2::{Digest, Sha256};

/// The fields of one row in a buffer that is used again for the next.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    text: String,
    ends: Vec<usize>,
}

impl Fields {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    pub(crate) fn push(&mut self, field: &str) {
        self.text.push_str(field);
        self.ends.push(self.text.len());
    }

    /// Adds a field that `write` appends.
    pub(crate) fn push_with(&mut self, write: impl FnOnce(&mut String)) {
        write(&mut self.text);
        self.ends.push(self.text.len());
    }

    /// A field without the blanks around it; empty beyond the last.
    pub(crate) fn get(&self, index: usize) -> &str {
        let Some(&end) = self.ends.get(index) else { return "" };
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        self.text[start..end].trim()
    }

    /// First bytes of the SHA-256 of all fields.
    pub(crate) fn digest(&self) -> [u8; 12] {
        let mut hash = Sha256::new();
        for index in 0..self.len() {
            hash.update(self.get(index).as_bytes());
            hash.update([0x1f]);
        }
        let whole = hash.finalize();
        std::array::from_fn(|i| whole[i])
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }
}

/// What a reader comes to next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// A row: its line or number.
    Row(u64),
    /// A row that cannot be taken apart.
    Refused(u64, super::rule::Rule),
    /// The end.
    End,
}
