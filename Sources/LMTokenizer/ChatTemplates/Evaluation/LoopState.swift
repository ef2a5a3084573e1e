import LMRuntime

/// The variable `loop` inside a `for` statement.
final class LoopState {
  /// Position from 0; -1 before the first element.
  private(set) var position = -1
  private(set) var current = TemplateValue.null
  private var previous = TemplateValue.null
  private var total: Int?
  /// Elements that were taken from the iterator before their turn, the next one last.
  private var pending: [TemplateValue] = []
  private let iterator: TemplateIterator
  private var lastSeen: TemplateValue?

  /// The statement, where `loop(…)` may call it again, the scope that it stands in, and how deep it is.
  let statement: TemplateLoop
  let scope: TemplateScope
  let level: Int
  var depth: Int { iterator.depth + 1 }

  init(_ iterator: TemplateIterator, _ statement: TemplateLoop, _ scope: TemplateScope, level: Int) {
    self.iterator = iterator
    self.statement = statement
    self.scope = scope
    self.level = level
  }

  /// Goes to the next element; false where there is none.
  func advance(_ evaluator: TemplateEvaluator) throws(LMError) -> Bool {
    guard let next = try peek(evaluator) else { return false }
    pending.removeLast()
    previous = current
    current = next
    position += 1
    return true
  }

  private func peek(_ evaluator: TemplateEvaluator) throws(LMError) -> TemplateValue? {
    if let next = pending.last { return next }
    guard let next = try iterator.next(evaluator) else { return nil }
    pending = [next]
    return next
  }

  private func length(_ evaluator: TemplateEvaluator) throws(LMError) -> Int {
    if let total { return total }
    pending = try (pending.reversed() + evaluator.elements(iterator)).reversed()
    let result = position + 1 + pending.count
    total = result
    return result
  }

  /// The attribute called `name`; nil where there is none.
  func attribute(_ name: String, _ evaluator: TemplateEvaluator) throws(LMError) -> TemplateValue? {
    switch name {
    case "index": .integer(position + 1)
    case "index0": .integer(position)
    case "revindex": .integer(try length(evaluator) - position)
    case "revindex0": .integer(try length(evaluator) - position - 1)
    case "first": .bool(position == 0)
    case "last": .bool(try peek(evaluator) == nil)
    case "length": .integer(try length(evaluator))
    case "depth": .integer(level + 1)
    case "depth0": .integer(level)
    case "previtem": position == 0 ? .undefined(.other("there is no previous item")) : previous
    case "nextitem":
      if let next = try peek(evaluator) { next } else { .undefined(.other("there is no next item")) }
    default: nil
    }
  }

  /// `loop.cycle(…)`.
  func cycle(_ values: [TemplateValue], _ evaluator: TemplateEvaluator) throws(LMError) -> TemplateValue {
    guard !values.isEmpty else { throw evaluator.failure("loop.cycle has no values") }
    return values[max(0, position) % values.count]
  }

  /// `loop.changed(…)`: true where the values differ from those of the last call.
  func changed(_ values: [TemplateValue], _ evaluator: TemplateEvaluator) throws(LMError) -> TemplateValue {
    let seen = TemplateValue.tuple(try evaluator.list(values))
    if let lastSeen, try evaluator.equal(lastSeen, seen) { return .bool(false) }
    lastSeen = seen
    return .bool(true)
  }
}
