//! What a stock Foreman gets.
