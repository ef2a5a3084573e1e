import LMRuntime

extension TemplateEvaluator {
  /// The filters that give their elements one by one.
  func applyLazily(
    _ filter: TemplateFilter, _ value: TemplateValue, _ arguments: TemplateArguments
  ) throws(LMError) -> TemplateValue {
    switch filter {
    case .map: return try mapped(value, arguments)
    case .select: return try selected(value, arguments, wants: true, byAttribute: false)
    case .reject: return try selected(value, arguments, wants: false, byAttribute: false)
    case .selectattr: return try selected(value, arguments, wants: true, byAttribute: true)
    case .rejectattr: return try selected(value, arguments, wants: false, byAttribute: true)
    case .unique: return try unique(value, arguments)
    case .batch: return try batches(value, arguments)
    default: return try slices(value, arguments)
    }
  }

  /// A generator over `value`; where `allowsFalse`, what counts as false has no elements, whatever it is.
  private func generator(
    over value: TemplateValue, allowsFalse: Bool = true,
    _ produce: @escaping (TemplateEvaluator, TemplateIterator) throws(LMError) -> TemplateValue?
  ) throws(LMError) -> TemplateValue {
    guard value.isTrue || !allowsFalse else { return .generator(TemplateIterator(depth: 0) { _ in nil }) }
    guard hasElements(value) else {
      // The error comes when the first element is asked for.
      return .generator(
        TemplateIterator(depth: 0) { evaluator throws(LMError) in
          throw evaluator.unsuitable(value, for: "a filter that takes a sequence")
        })
    }
    let source = try iterator(value)
    return try generator(over: source) { evaluator throws(LMError) in try produce(evaluator, source) }
  }

  /// True where `value` can be looped over.
  func hasElements(_ value: TemplateValue) -> Bool {
    switch value {
    case .undefined, .text, .list, .tuple, .mapping, .range, .view, .generator: true
    default: false
    }
  }

  private func mapped(_ value: TemplateValue, _ arguments: TemplateArguments) throws(LMError) -> TemplateValue
  {
    if arguments.positional.isEmpty, arguments.named.contains(where: { $0.name == "attribute" }) {
      let values = try arguments.values(["attribute", "default"], of: "map", self)
      let path = try path(values[0])
      var fallback = values[1]
      if case .some(.null) = fallback { fallback = nil }
      return try generator(over: value) { [fallback] evaluator, source throws(LMError) in
        guard let element = try source.next(evaluator) else { return nil }
        return try evaluator.value(at: path, of: element, or: fallback)
      }
    }
    return try generator(over: value) { evaluator, source throws(LMError) in
      let filter = try evaluator.filter(named: arguments.positional.first)
      guard let element = try source.next(evaluator) else { return nil }
      var rest = arguments
      rest.positional.removeFirst()
      return try evaluator.deeper { () throws(LMError) in try evaluator.apply(filter, to: element, rest) }
    }
  }

  private func filter(named value: TemplateValue?) throws(LMError) -> TemplateFilter {
    guard let value else { throw failure("'map' needs the name of a filter, or attribute=") }
    guard case .text(let name) = value, let filter = TemplateFilter(rawValue: name.string) else {
      throw failure("there is no filter '\(try text(value).string)'")
    }
    return filter
  }

  private func selected(
    _ value: TemplateValue, _ arguments: TemplateArguments, wants: Bool, byAttribute: Bool
  ) throws(LMError) -> TemplateValue {
    try generator(over: value) { evaluator, source throws(LMError) in
      var rest = arguments
      var path: [TemplateValue] = []
      if byAttribute {
        guard let attribute = rest.positional.first else {
          throw evaluator.failure("'selectattr' and 'rejectattr' need the name of an attribute")
        }
        path = try evaluator.path(attribute)
        rest.positional.removeFirst()
      }
      let test = try evaluator.test(named: rest.positional.first)
      if test != nil { rest.positional.removeFirst() }
      while let element = try source.next(evaluator) {
        let subject = try evaluator.value(at: path, of: element)
        let holds = try test.map { test throws(LMError) in try evaluator.holds(test, for: subject, rest) }
        if (holds ?? subject.isTrue) == wants { return element }
      }
      return nil
    }
  }

  private func test(named value: TemplateValue?) throws(LMError) -> TemplateTest? {
    guard let value else { return nil }
    guard case .text(let name) = value, let test = TemplateTest(rawValue: name.string) else {
      throw failure("there is no test '\(try text(value).string)'")
    }
    return test
  }

  private func unique(_ value: TemplateValue, _ arguments: TemplateArguments) throws(LMError) -> TemplateValue
  {
    let values = try arguments.values(["case_sensitive", "attribute"], of: "unique", self)
    let isCaseSensitive = values[0]?.isTrue ?? false
    let path = try path(values[1])
    var seen: Set<TemplateKey> = []
    return try generator(over: value, allowsFalse: false) { evaluator, source throws(LMError) in
      while let element = try source.next(evaluator) {
        let subject = try evaluator.value(at: path, of: element)
        let key = try evaluator.key(try evaluator.folded(subject, isCaseSensitive))
        try evaluator.allocate(16)
        if seen.insert(key).inserted { return element }
      }
      return nil
    }
  }

  private func batches(_ value: TemplateValue, _ arguments: TemplateArguments) throws(LMError)
    -> TemplateValue
  {
    let values = try arguments.values(["linecount", "fill_with"], required: 1, of: "batch", self)
    let size = try integer(values[0], or: 0, of: "batch")
    let fill = values[1]
    var next: TemplateValue?
    return try generator(over: value, allowsFalse: false) { evaluator, source throws(LMError) in
      if next == nil { next = try source.next(evaluator) }
      guard let first = next else { return nil }
      var batch = [first]
      next = nil
      while let element = try source.next(evaluator) {
        if batch.count == size {
          next = element
          return .list(try evaluator.list(batch))
        }
        batch.append(element)
      }
      if let fill, batch.count < size, !evaluator.isNull(fill) {
        try evaluator.allocate(evaluator.clampedProduct(size - batch.count, 4))
        batch += Array(repeating: fill, count: size - batch.count)
      }
      return .list(try evaluator.list(batch))
    }
  }

  func isNull(_ value: TemplateValue) -> Bool {
    if case .null = value { true } else { false }
  }

  private func slices(_ value: TemplateValue, _ arguments: TemplateArguments) throws(LMError) -> TemplateValue
  {
    let values = try arguments.values(["slices", "fill_with"], required: 1, of: "slice", self)
    let parts = try integer(values[0], or: 0, of: "slice")
    let items = try elements(value)
    guard parts != 0 else { throw divisionByZero() }
    let fill = values[1]
    var index = 0
    var start = 0
    return try generator(over: TemplateIterator(try list(items))) { evaluator throws(LMError) in
      guard index < parts else { return nil }
      let isLong = index < items.count % parts
      let end = start + items.count / parts + (isLong ? 1 : 0)
      var slice = Array(items[start..<end])
      if !isLong, let fill, !evaluator.isNull(fill) { slice.append(fill) }
      (index, start) = (index + 1, end)
      return .list(try evaluator.list(slice))
    }
  }
}
