import LMRuntime

/// The tests that can stand behind `is`, by Jinja2's names.
enum TemplateTest: String, CaseIterable, Sendable {
  case odd, even, divisibleby, defined, undefined, filter, test, none, boolean, `false`, `true`, integer,
    float
  case lower, upper, string, mapping, number, sequence, iterable, callable, sameas, escaped
  case `in`
  case equalSign = "==", eq, equalto, notEqualSign = "!=", ne, greaterSign = ">", gt, greaterthan, ge
  case atLeastSign = ">=", lessSign = "<", lt, lessthan, atMostSign = "<=", le

  /// The comparison that the test stands for.
  var comparison: ComparisonOperator? {
    switch self {
    case .equalSign, .eq, .equalto: .equal
    case .notEqualSign, .ne: .notEqual
    case .greaterSign, .gt, .greaterthan: .greater
    case .atLeastSign, .ge: .atLeast
    case .lessSign, .lt, .lessthan: .less
    case .atMostSign, .le: .atMost
    case .in: .isIn
    default: nil
    }
  }
}

extension TemplateEvaluator {
  /// `value is test(arguments)`.
  func holds(
    _ test: TemplateTest, for value: TemplateValue, _ arguments: TemplateArguments
  ) throws(LMError) -> Bool {
    if test.comparison != nil || test == .sameas || test == .divisibleby {
      let parameter = test == .sameas ? "other" : test == .divisibleby ? "num" : test == .in ? "seq" : "b"
      let other = try arguments.values([parameter], required: 1, of: test.rawValue, self)[0] ?? .null
      if let comparison = test.comparison { return try compare(comparison, value, other) }
      if test == .sameas { return isSame(value, other) }
      return try isZero(try arithmetic(.remainder, value, other))
    }
    _ = try arguments.values([], of: test.rawValue, self)
    switch test {
    case .odd: return try equal(try remainder(value), .integer(1))
    case .even: return try isZero(try remainder(value))
    case .lower, .upper, .filter, .test:
      let text = try text(value)
      try study(text.count)
      return text.passes(test)
    default: return isOfKind(test, value)
    }
  }

  private func remainder(_ value: TemplateValue) throws(LMError) -> TemplateValue {
    if case .text = value { throw unsuitable(value, for: "'odd' and 'even'") }
    return try arithmetic(.remainder, value, .integer(2))
  }

  private func isZero(_ value: TemplateValue) throws(LMError) -> Bool { try equal(value, .integer(0)) }

  /// The tests that only look at the type, and at which of its constants a value is.
  private func isOfKind(_ test: TemplateTest, _ value: TemplateValue) -> Bool {
    switch (test, value) {
    case (.undefined, .undefined), (.none, .null), (.boolean, .bool), (.true, .bool(true)),
      (.false, .bool(false)), (.integer, .integer), (.float, .number), (.string, .text), (.mapping, .mapping),
      (.number, .integer), (.number, .number), (.number, .bool):
      true
    case (.defined, let value): if case .undefined = value { false } else { true }
    case (.callable, .macro), (.callable, .function), (.callable, .method), (.callable, .undefined),
      (.callable, .loop):
      true
    case (.sequence, .undefined), (.sequence, .text), (.sequence, .list), (.sequence, .tuple),
      (.sequence, .mapping), (.sequence, .range):
      true
    case (.iterable, .loop): true
    case (.iterable, let value): hasElements(value)
    default: false
    }
  }

  /// Python's `is`: the same constant, or the same storage.
  private func isSame(_ left: TemplateValue, _ right: TemplateValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.text(let a), .text(let b)): a == b
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)): a === b
    case (.mapping(let a), .mapping(let b)): a === b
    case (.namespace(let a), .namespace(let b)): a === b
    case (.macro(let a), .macro(let b)): a === b
    case (.loop(let a), .loop(let b)): a === b
    case (.generator(let a), .generator(let b)): a === b
    default: false
    }
  }
}

extension MarkedText {
  /// The tests of a text's letters, and whether it names a filter or a test.
  fileprivate func passes(_ test: TemplateTest) -> Bool {
    switch test {
    case .lower: satisfies(.islower)
    case .upper: satisfies(.isupper)
    case .filter: TemplateFilter(rawValue: string) != nil
    default: TemplateTest(rawValue: string) != nil
    }
  }
}
