import LMRuntime

extension PatternParser {
  enum Greed { case greedy, lazy, possessive }

  struct Quantifier {
    var minimum: Int
    var maximum: Int?
    var greed: Greed
  }

  /// The quantifier at the current position, nil where there is none.
  mutating func quantifier() throws(LMError) -> Quantifier? {
    let bounds: (Int, Int?)
    if take("*") {
      bounds = (0, nil)
    } else if take("+") {
      bounds = (1, nil)
    } else if take("?") {
      bounds = (0, 1)
    } else if let interval = try interval() {
      // `{n}?` is an optional `{n}` and `{n,m}+` repeats it; only `{n,m}?` is lazy.
      let isLazy = interval.minimum != interval.maximum && take("?")
      return Quantifier(minimum: interval.minimum, maximum: interval.maximum, greed: isLazy ? .lazy : .greedy)
    } else {
      return nil
    }
    let greed = take("?") ? Greed.lazy : take("+") ? .possessive : .greedy
    return Quantifier(minimum: bounds.0, maximum: bounds.1, greed: greed)
  }

  /// `{n}`, `{n,}`, `{,m}` or `{n,m}`; anything else makes the brace a literal.
  private mutating func interval() throws(LMError) -> (minimum: Int, maximum: Int?)? {
    let start = position
    guard take("{") else { return nil }
    let low = try number()
    var high = low
    var isValid = low != nil
    if take(",") {
      high = try number()
      isValid = low != nil || high != nil
    }
    guard isValid, take("}") else {
      position = start
      return nil
    }
    if let low, let high, low > high {
      throw failure(
        "an interval that ends before it begins", at: start, remedy: "write the smaller number first")
    }
    return (low ?? 0, high)
  }

  private mutating func number() throws(LMError) -> Int? {
    let start = position
    var value = 0
    while let digit = next, digit >= "0", digit <= "9" {
      value = value * 10 + Int(digit.value - 0x30)
      guard value <= Self.repetitionLimit else {
        throw failure("a repetition of more than \(Self.repetitionLimit)", at: start, remedy: "repeat less")
      }
      position += 1
    }
    return position > start ? value : nil
  }

  /// `node` repeated.
  func repeated(
    _ node: PatternNode, _ quantifier: Quantifier, from start: Int
  ) throws(LMError) -> PatternNode {
    switch node {
    case .boundary, .look: throw failure("a repetition of a position", at: start)
    default: break
    }
    if node.canBeEmpty, quantifier.maximum ?? 2 > 1 {
      throw failure("a repetition of what may be empty", at: start)
    }
    let result = PatternNode.repeated(
      node, minimum: quantifier.minimum, maximum: quantifier.maximum, isLazy: quantifier.greed == .lazy)
    return quantifier.greed == .possessive ? try atomic(result, from: start) : result
  }

  /// `(?>node)`: the node's first way to match is its only one.
  ///
  /// A repetition of one set gives nothing back exactly where the next character is not of the set, so it
  /// becomes greedy with a look at that character. What has only one way to match is atomic already.
  func atomic(_ node: PatternNode, from start: Int) throws(LMError) -> PatternNode {
    if node.hasOneWay { return node }
    if case .sequence(let parts) = node, parts.count == 1 { return try atomic(parts[0], from: start) }
    guard case .repeated(let body, let minimum, let maximum, let isLazy) = node, let set = body.singleSet
    else {
      throw failure("an atomic group, or a possessive quantifier, of more than one set", at: start)
    }
    if isLazy { return .repeated(body, minimum: minimum, maximum: minimum, isLazy: false) }
    let stop = PatternNode.boundary(.look(at: set, isAhead: true, isNegated: true))
    guard let maximum else {
      return .sequence([.repeated(body, minimum: minimum, maximum: nil, isLazy: false), stop])
    }
    guard maximum == 1 else {
      throw failure("a possessive or atomic interval", at: start)
    }
    return .alternatives([body, stop])
  }
}

extension PatternNode {
  /// True where the node matches at a position in at most one way.
  fileprivate var hasOneWay: Bool {
    switch self {
    case .empty, .set, .boundary, .look: true
    case .sequence(let parts): parts.allSatisfy(\.hasOneWay)
    case .alternatives: singleSet != nil
    case .repeated(let body, let minimum, let maximum, _): minimum == maximum && body.hasOneWay
    }
  }
}
