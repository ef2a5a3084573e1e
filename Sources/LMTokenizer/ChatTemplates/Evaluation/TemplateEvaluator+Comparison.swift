import LMRuntime

extension TemplateEvaluator {
  /// `left operation right`.
  func compare(
    _ operation: ComparisonOperator, _ left: TemplateValue, _ right: TemplateValue
  ) throws(LMError) -> Bool {
    switch operation {
    case .equal: try equal(left, right)
    case .notEqual: !(try equal(left, right))
    case .less: try precedes(left, right, "<")
    case .greater: try precedes(right, left, ">")
    case .atMost: try !isNaN(left, right) ? !(try precedes(right, left, "<=")) : false
    case .atLeast: try !isNaN(left, right) ? !(try precedes(left, right, ">=")) : false
    case .isIn: try contains(right, left)
    case .isNotIn: !(try contains(right, left))
    }
  }

  private func isNaN(_ left: TemplateValue, _ right: TemplateValue) throws(LMError) -> Bool {
    // Also refuses what cannot be compared.
    _ = try precedes(left, right, "<=")
    return left.asNumber?.isNaN ?? false || right.asNumber?.isNaN ?? false
  }

  /// `left == right`: numbers by value, containers by content, everything else by identity.
  func equal(_ left: TemplateValue, _ right: TemplateValue) throws(LMError) -> Bool {
    try step()
    switch (left, right) {
    case (.undefined, .undefined), (.null, .null): return true
    case (.text(let a), .text(let b)):
      if a.count == b.count { try read(a.count) }
      return a == b
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
      return try equal(a.items, b.items)
    case (.mapping(let a), .mapping(let b)): return try equal(a, b)
    case (.view(let a), .view(let b)) where a.kind == b.kind && a.kind != .values:
      // Views compare as sets do.
      guard a.elements.items.count == b.elements.items.count else { return false }
      for item in a.elements.items where try !contains(.view(b), item) { return false }
      return true
    case (.range(let a), .range(let b)):
      return a.count == b.count && (a.count == 0 || a.start == b.start && (a.count == 1 || a.step == b.step))
    case (.namespace(let a), .namespace(let b)): return a === b
    case (.loop(let a), .loop(let b)): return a === b
    case (.macro(let a), .macro(let b)): return a === b
    case (.generator(let a), .generator(let b)): return a === b
    case (.function(let a), .function(let b)): return a == b
    default:
      if let a = left.asInteger, let b = right.asInteger { return a == b }
      if let a = left.asNumber, let b = right.asNumber { return a == b }
      return false
    }
  }

  private func equal(_ a: [TemplateValue], _ b: [TemplateValue]) throws(LMError) -> Bool {
    guard a.count == b.count else { return false }
    for (left, right) in zip(a, b) where try !equal(left, right) { return false }
    return true
  }

  private func equal(_ a: TemplateMapping, _ b: TemplateMapping) throws(LMError) -> Bool {
    guard a.count == b.count else { return false }
    for (name, value) in zip(a.keys, a.values) {
      guard let other = b[try key(name)], try equal(value, other) else { return false }
    }
    return true
  }

  /// `left < right`; `symbol` is what an error shows.
  func precedes(
    _ left: TemplateValue, _ right: TemplateValue, _ symbol: String = "<"
  ) throws(LMError) -> Bool {
    try step()
    switch (left, right) {
    case (.text(let a), .text(let b)):
      try read(min(a.count, b.count))
      return a.precedes(b)
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
      for (left, right) in zip(a.items, b.items) where try !equal(left, right) {
        return try precedes(left, right, symbol)
      }
      return a.items.count < b.items.count
    default:
      if let a = left.asInteger, let b = right.asInteger { return a < b }
      guard let a = left.asNumber, let b = right.asNumber else { throw mismatch(symbol, left, right) }
      return a < b
    }
  }

  /// `value in container`.
  func contains(_ container: TemplateValue, _ value: TemplateValue) throws(LMError) -> Bool {
    switch container {
    case .text(let text):
      guard case .text(let part) = value else { throw mismatch("in", value, container) }
      try read(text.count + part.count)
      return text.firstIndex(of: part, in: 0..<text.count) != nil
    case .mapping(let mapping): return mapping[try key(value)] != nil
    case .range(let range):
      guard let number = value.asNumber, let integer = Int(exactly: number), range.count > 0 else {
        return false
      }
      let ends = (range[0], range[range.count - 1])
      guard min(ends.0, ends.1)...max(ends.0, ends.1) ~= integer else { return false }
      let (offset, overflows) = integer.subtractingReportingOverflow(range.start)
      return !overflows && offset % range.step == 0
    default:
      let iterator = try iterator(container)
      while let element = try iterator.next(self) {
        if try equal(element, value) { return true }
      }
      return false
    }
  }

  /// The values in ascending order of `keys`; equal ones stay in their order, also in descending order.
  /// - Complexity: O(n log n) comparisons.
  func sorted(
    _ values: [TemplateValue], by keys: [TemplateValue], descending: Bool = false
  ) throws(LMError) -> [TemplateValue] {
    try allocate(4 * values.count)
    var order = Array(values.indices)
    var merged = order
    var width = 1
    while width < order.count {
      for start in stride(from: 0, to: order.count, by: 2 * width) {
        let middle = min(start + width, order.count)
        let end = min(start + 2 * width, order.count)
        var (left, right) = (start, middle)
        for place in start..<end {
          let takesRight: Bool
          if left < middle, right < end {
            let (a, b) = (keys[order[left]], keys[order[right]])
            takesRight = descending ? try precedes(a, b) : try precedes(b, a)
          } else {
            takesRight = left >= middle
          }
          merged[place] = order[takesRight ? right : left]
          if takesRight { right += 1 } else { left += 1 }
        }
      }
      swap(&order, &merged)
      width *= 2
    }
    return order.map { values[$0] }
  }
}
