import LMRuntime

/// Values that are made one by one, when they are asked for, and only once.
final class TemplateIterator {
  /// Levels of containers that it draws on.
  let depth: Int
  private let produce: (TemplateEvaluator) throws(LMError) -> TemplateValue?

  init(depth: Int, _ produce: @escaping (TemplateEvaluator) throws(LMError) -> TemplateValue?) {
    self.depth = depth
    self.produce = produce
  }

  /// The values of `list`.
  convenience init(_ list: TemplateList) {
    var position = 0
    self.init(depth: list.depth) { _ in
      guard position < list.items.count else { return nil }
      position += 1
      return list.items[position - 1]
    }
  }

  func next(_ evaluator: TemplateEvaluator) throws(LMError) -> TemplateValue? {
    try evaluator.step()
    return try produce(evaluator)
  }
}

extension TemplateEvaluator {
  /// A generator, as filters give it.
  func generator(
    over source: TemplateIterator, _ produce: @escaping (TemplateEvaluator) throws(LMError) -> TemplateValue?
  ) throws(LMError) -> TemplateValue {
    try check(depth: source.depth + 1)
    try allocate(32)
    return .generator(TemplateIterator(depth: source.depth + 1, produce))
  }

  /// The elements of `value`, one by one.
  /// - Throws: ``LMError`` where it has none.
  func iterator(_ value: TemplateValue) throws(LMError) -> TemplateIterator {
    switch value {
    case .undefined: return TemplateIterator(depth: 0) { _ in nil }
    case .list(let list), .tuple(let list): return TemplateIterator(list)
    case .view(let view): return TemplateIterator(view.elements)
    case .generator(let iterator): return iterator
    case .mapping(let mapping):
      var position = 0
      return TemplateIterator(depth: mapping.depth) { _ in
        guard position < mapping.count else { return nil }
        position += 1
        return mapping.keys[position - 1]
      }
    case .text(let text):
      var position = 0
      return TemplateIterator(depth: 0) { _ in
        guard position < text.count else { return nil }
        position += 1
        return .text(text.part(position - 1..<position))
      }
    case .range(let range):
      var position = 0
      return TemplateIterator(depth: 0) { _ in
        guard position < range.count else { return nil }
        position += 1
        return .integer(range[position - 1])
      }
    default: throw unsuitable(value, for: "a loop")
    }
  }

  /// All elements of `value`.
  func elements(_ value: TemplateValue) throws(LMError) -> [TemplateValue] {
    switch value {
    case .list(let list), .tuple(let list):
      try step(list.items.count)
      return list.items
    default: return try elements(try iterator(value))
    }
  }

  /// All that `iterator` still gives.
  func elements(_ iterator: TemplateIterator) throws(LMError) -> [TemplateValue] {
    var result: [TemplateValue] = []
    while let next = try iterator.next(self) {
      try allocate(4)
      result.append(next)
    }
    return result
  }
}
