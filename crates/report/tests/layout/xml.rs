//! XML as a tree.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    attributes: BTreeMap<String, String>,
    pub children: Vec<Child>,
}

#[derive(Debug)]
pub enum Child {
    Element(Element),
    Text(String),
}

impl Element {
    pub fn parse(text: &str) -> Self {
        let mut reader = Reader::from_str(text);
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) => open.push(Self::begin(&start)),
                Event::Empty(start) => push(&mut open, Child::Element(Self::begin(&start))),
                Event::End(_) => {
                    let closed = open.pop().unwrap();
                    push(&mut open, Child::Element(closed));
                }
                Event::Text(text) => push(&mut open, Child::Text(text.decode().unwrap().into_owned())),
                Event::GeneralRef(reference) => {
                    let text = match reference.resolve_char_ref().unwrap() {
                        Some(character) => character.to_string(),
                        None => resolve_predefined_entity(&reference.decode().unwrap()).unwrap().to_owned(),
                    };
                    push(&mut open, Child::Text(text));
                }
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(open.len(), 1, "every element is closed");
        open.pop().unwrap()
    }

    fn begin(start: &BytesStart<'_>) -> Self {
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.unwrap();
            let key = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
            (key, attribute.unescape_value().unwrap().into_owned())
        });
        Self {
            name: String::from_utf8(start.name().as_ref().to_vec()).unwrap(),
            attributes: attributes.collect(),
            children: vec![],
        }
    }

    pub fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.get(attribute).map(String::as_str)
    }

    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|child| match child {
            Child::Element(element) => Some(element),
            Child::Text(_) => None,
        })
    }

    /// Every element of that name below this one, in order.
    pub fn all(&self, name: &str) -> Vec<&Self> {
        let mut found = vec![];
        for element in self.elements() {
            if element.name == name {
                found.push(element);
            }
            found.extend(element.all(name));
        }
        found
    }

    pub fn first(&self, name: &str) -> Option<&Self> {
        self.all(name).into_iter().next()
    }

    /// All text below this element.
    pub fn text(&self) -> String {
        let text = |child: &Child| match child {
            Child::Element(element) => element.text(),
            Child::Text(text) => text.clone(),
        };
        self.children.iter().map(text).collect()
    }

    pub fn text_of(&self, name: &str) -> String {
        self.first(name).map(Self::text).unwrap_or_default()
    }
}

fn push(open: &mut [Element], child: Child) {
    open.last_mut().unwrap().children.push(child);
}
