/// A token of a template's source.
struct TemplateToken {
  enum Kind: Equatable {
    /// Text between tags.
    case data(MarkedText)
    case variableBegin, variableEnd
    case blockBegin, blockEnd
    case name(String)
    case text(MarkedText)
    case integer(Int)
    case number(Double)
    case symbol(Symbol)
    case end
  }

  /// Operators and punctuation.
  enum Symbol: String, CaseIterable {
    case floorDivide = "//", power = "**", equal = "==", notEqual = "!=", atLeast = ">=", atMost = "<="
    case plus = "+", minus = "-", divide = "/", multiply = "*", remainder = "%", tilde = "~"
    case leftBracket = "[", rightBracket = "]", leftParenthesis = "(", rightParenthesis = ")"
    case leftBrace = "{", rightBrace = "}", greater = ">", less = "<", assign = "=", dot = ".", colon = ":"
    case pipe = "|", comma = ",", semicolon = ";"
  }

  let kind: Kind
  let line: Int

  /// The token as an error shows it.
  var description: String {
    switch kind {
    case .data: "template text"
    case .variableBegin: "{{"
    case .variableEnd: "}}"
    case .blockBegin: "{%"
    case .blockEnd: "%}"
    case .name(let name): "'\(name)'"
    case .text: "a string"
    case .integer, .number: "a number"
    case .symbol(let symbol): "'\(symbol.rawValue)'"
    case .end: "the end of the template"
    }
  }
}
