//! The floor: what a dynamic Rust program costs that does nothing.

fn main() {
    println!("Hello, world!");
}
