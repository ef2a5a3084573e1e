import LMRuntime

extension TemplateEvaluator {
  /// `value.attribute`: a method where the type has one, then an item of that name.
  func attribute(_ attribute: TemplateAttribute, of value: TemplateValue) throws(LMError) -> TemplateValue {
    if let found = try own(attribute, of: value) { return found }
    if case .mapping(let mapping) = value, let found = mapping[attribute.name] { return found }
    if case .undefined(let absence) = value { throw undefined(absence) }
    return missing(attribute.name, of: value)
  }

  /// `value[index]`: an item, then for a string an attribute of that name.
  func item(_ index: TemplateValue, of value: TemplateValue) throws(LMError) -> TemplateValue {
    switch value {
    case .undefined(let absence): throw undefined(absence)
    case .mapping(let mapping):
      if TemplateKey.canBeKey(index), let found = mapping[try key(index)] { return found }
    case .list(let list), .tuple(let list):
      if let place = place(index, list.items.count) { return list.items[place] }
    case .text(let text):
      if let place = place(index, text.count) { return .text(text.part(place..<place + 1)) }
    case .range(let range):
      if let place = place(index, range.count) { return .integer(range[place]) }
    default: break
    }
    guard case .text(let name) = index else {
      return .undefined(
        .attribute(index.asInteger.map(String.init) ?? index.typeName, ofType: value.typeName))
    }
    return try own(try self.attribute(named: name), of: value) ?? missing(name, of: value)
  }

  /// The attribute that a text names.
  func attribute(named name: MarkedText) throws(LMError) -> TemplateAttribute {
    try read(name.count)
    return TemplateAttribute(name)
  }

  /// The position that an index means in a sequence of `count`, negative ones from the end.
  private func place(_ index: TemplateValue, _ count: Int) -> Int? {
    guard let integer = index.asInteger, integer < count, integer >= -count else { return nil }
    return integer < 0 ? integer + count : integer
  }

  private func missing(_ name: MarkedText, of value: TemplateValue) -> TemplateValue {
    .undefined(.attribute(name.string, ofType: value.typeName))
  }

  /// What Python's `getattr` finds; nil where the type has no such attribute.
  private func own(_ attribute: TemplateAttribute, of value: TemplateValue) throws(LMError) -> TemplateValue?
  {
    if attribute.isInternal, case .undefined(let absence) = value { throw undefined(absence) }
    if let method = attribute.method, method.belongs(to: value) {
      guard !method.changesItsReceiver else {
        return .undefined(.unsafe(attribute.name.string, ofType: value.typeName))
      }
      try check(depth: value.depth + 1)
      return .method(BoundMethod(receiver: value, name: method))
    }
    switch value {
    case .namespace(let namespace):
      try step(namespace.attributes.count >> 4)
      return namespace[attribute.name]
    case .loop(let loop): return try loop.attribute(attribute.name.string, self)
    case .macro(let macro): return macro.attribute(attribute.name.string)
    case .tuple(let list) where list.isGroup:
      return attribute.name == "grouper" ? list.items[0] : attribute.name == "list" ? list.items[1] : nil
    default: return nil
    }
  }

  /// `value[from:to:step]`; nil where the bound is left out.
  func slice(
    _ value: TemplateValue, from: TemplateValue?, to: TemplateValue?, step: TemplateValue?
  ) throws(LMError) -> TemplateValue {
    let bounds = try sliceBounds(from, to, step)
    switch value {
    case .text(let text):
      let positions = bounds.positions(count: text.count)
      try allocate(positions.count)
      if bounds.step == 1 { return .text(text.part(positions.first..<positions.first + positions.count)) }
      return .text(MarkedText(symbols: positions.all.map { text.symbols[$0] }))
    case .list(let list): return .list(try self.list(part(of: list, bounds)))
    case .tuple(let list): return .tuple(try self.list(part(of: list, bounds)))
    case .range(let range):
      let positions = bounds.positions(count: range.count)
      return .range(
        TemplateRange(
          start: range[positions.first], stop: range[positions.end], step: range.step &* bounds.step,
          count: positions.count))
    default: throw unsuitable(value, for: "a slice")
    }
  }

  private func part(of list: TemplateList, _ bounds: SliceBounds) -> [TemplateValue] {
    let positions = bounds.positions(count: list.items.count)
    if bounds.step == 1 { return Array(list.items[positions.first..<positions.first + positions.count]) }
    return positions.all.map { list.items[$0] }
  }

  private func sliceBounds(
    _ from: TemplateValue?, _ to: TemplateValue?, _ step: TemplateValue?
  ) throws(LMError) -> SliceBounds {
    var numbers: [Int?] = []
    for bound in [from, to, step] {
      switch bound {
      case nil, .some(.null): numbers.append(nil)
      case .some(let value):
        guard let integer = value.asInteger else { throw unsuitable(value, for: "the bound of a slice") }
        numbers.append(integer)
      }
    }
    guard numbers[2] != 0 else { throw failure("the step of a slice is zero") }
    return SliceBounds(from: numbers[0], to: numbers[1], step: numbers[2] ?? 1)
  }
}

/// The bounds of a slice as they were written.
private struct SliceBounds {
  let from: Int?
  let to: Int?
  let step: Int

  /// The positions that Python would take from a sequence of `count`; `all` of them only where the step is not 1.
  func positions(count: Int) -> (first: Int, end: Int, count: Int, all: [Int]) {
    func clamped(_ bound: Int?, _ fallback: Int, _ range: ClosedRange<Int>) -> Int {
      guard let bound else { return fallback }
      let absolute = bound < 0 ? bound + count : bound
      return min(max(absolute, range.lowerBound), range.upperBound)
    }
    if step > 0 {
      let start = clamped(from, 0, 0...count)
      let end = clamped(to, count, 0...count)
      let length = start < end ? (end - start - 1) / step + 1 : 0
      return (start, end, length, step == 1 ? [] : (0..<length).map { start + $0 * step })
    }
    let start = clamped(from, count - 1, -1...max(count - 1, -1))
    let end = clamped(to, -1, -1...max(count - 1, -1))
    let stride = step == .min ? Int.max : -step
    let length = start > end ? (start - end - 1) / stride + 1 : 0
    return (start, end, length, (0..<length).map { start - $0 * stride })
  }
}
