import LMRuntime

extension TemplateEvaluator {
  /// The filters of sequences and mappings that give one value or a list.
  func applyToSequence(
    _ filter: TemplateFilter, _ value: TemplateValue, _ arguments: TemplateArguments
  ) throws(LMError) -> TemplateValue {
    let name = filter.rawValue
    switch filter {
    case .d, .default:
      let values = try arguments.values(["default_value", "boolean"], of: name, self)
      if case .undefined = value { return values[0] ?? .text("") }
      return values[1]?.isTrue ?? false && !value.isTrue ? values[0] ?? .text("") : value
    case .attr:
      let values = try arguments.values(["name"], required: 1, of: name, self)
      return try attribute(try attribute(named: try argumentText(values[0], of: name)), onlyOf: value)
    case .join: return .text(try join(value, arguments))
    case .dictsort: return .list(try dictionarySorted(value, arguments))
    case .sort: return .list(try sorted(value, arguments))
    case .groupby: return .list(try grouped(value, arguments))
    case .min, .max: return try extreme(filter, value, arguments)
    case .sum: return try sum(value, arguments)
    default:
      _ = try arguments.values([], of: name, self)
      return try simple(filter, value)
    }
  }

  private func simple(_ filter: TemplateFilter, _ value: TemplateValue) throws(LMError) -> TemplateValue {
    switch filter {
    case .count, .length: return .integer(try length(value))
    case .first:
      return try iterator(value).next(self) ?? .undefined(.other("no first item, the sequence is empty"))
    case .last: return try last(value)
    case .list: return .list(try list(try elements(value)))
    case .items:
      if case .undefined = value { return .generator(TemplateIterator(depth: 0) { _ in nil }) }
      guard case .mapping(let mapping) = value else { throw unsuitable(value, for: "'items'") }
      let source = TemplateIterator(try list(try pairs(of: mapping)))
      return try generator(over: source) { evaluator throws(LMError) in try source.next(evaluator) }
    default: return try reversed(value)
    }
  }

  /// `len(value)`.
  func length(_ value: TemplateValue) throws(LMError) -> Int {
    switch value {
    case .undefined: return 0
    case .text(let text): return text.count
    case .list(let list), .tuple(let list): return list.items.count
    case .mapping(let mapping): return mapping.count
    case .range(let range): return range.count
    case .view(let view): return view.elements.items.count
    case .loop(let loop): return try loop.attribute("length", self)?.asInteger ?? 0
    default: throw unsuitable(value, for: "'length'")
    }
  }

  private func last(_ value: TemplateValue) throws(LMError) -> TemplateValue {
    if case .generator = value { throw unsuitable(value, for: "'last'; make it a list first") }
    return try elements(value).last ?? .undefined(.other("no last item, the sequence is empty"))
  }

  private func reversed(_ value: TemplateValue) throws(LMError) -> TemplateValue {
    if case .text(let text) = value {
      try allocate(text.count)
      return .text(text.reversed)
    }
    let items = try list(try elements(value).reversed())
    if case .generator = value { return .list(items) }
    let source = TemplateIterator(items)
    return try generator(over: source) { evaluator throws(LMError) in try source.next(evaluator) }
  }

  private func attribute(
    _ attribute: TemplateAttribute, onlyOf value: TemplateValue
  ) throws(LMError) -> TemplateValue {
    if case .undefined(let absence) = value { throw undefined(absence) }
    if case .mapping = value, attribute.method?.belongs(to: value) != true {
      return .undefined(.attribute(attribute.name.string, ofType: value.typeName))
    }
    return try self.attribute(attribute, of: value)
  }

  private func join(_ value: TemplateValue, _ arguments: TemplateArguments) throws(LMError) -> MarkedText {
    let values = try arguments.values(["d", "attribute"], of: "join", self)
    let path = try path(values[1])
    let separator = try values[0].map(text) ?? MarkedText()
    var texts: [MarkedText] = []
    for element in try elements(value) {
      texts.append(try text(path.isEmpty ? element : self.value(at: path, of: element)))
    }
    return try joined(texts, separator)
  }

  private func dictionarySorted(
    _ value: TemplateValue, _ arguments: TemplateArguments
  ) throws(LMError) -> TemplateList {
    let values = try arguments.values(["case_sensitive", "by", "reverse"], of: "dictsort", self)
    let by = try values[1].map(text)?.string ?? "key"
    guard by == "key" || by == "value" else { throw failure("'dictsort' sorts by key or by value") }
    guard case .mapping(let mapping) = value else { throw unsuitable(value, for: "'dictsort'") }
    var keys: [TemplateValue] = []
    for subject in by == "key" ? mapping.keys : mapping.values {
      keys.append(try folded(subject, values[0]?.isTrue ?? false))
    }
    return try list(
      try sorted(try pairs(of: mapping), by: keys, descending: values[2]?.isTrue ?? false))
  }

  private func sorted(_ value: TemplateValue, _ arguments: TemplateArguments) throws(LMError) -> TemplateList
  {
    let values = try arguments.values(["reverse", "case_sensitive", "attribute"], of: "sort", self)
    let isCaseSensitive = values[1]?.isTrue ?? false
    var paths: [[TemplateValue]] = []
    if case .text(let attributes)? = values[2] {
      for attribute in attributes.split(by: ",") { paths.append(try path(.text(attribute))) }
    } else {
      paths = [try path(values[2])]
    }
    let items = try elements(value)
    var keys: [TemplateValue] = []
    for item in items {
      var parts: [TemplateValue] = []
      for path in paths { parts.append(try folded(try self.value(at: path, of: item), isCaseSensitive)) }
      keys.append(.list(try list(parts)))
    }
    return try list(try sorted(items, by: keys, descending: values[0]?.isTrue ?? false))
  }

  private func grouped(_ value: TemplateValue, _ arguments: TemplateArguments) throws(LMError) -> TemplateList
  {
    let values = try arguments.values(
      ["attribute", "default", "case_sensitive"], required: 1, of: "groupby", self)
    let path = try path(values[0])
    let fallback = values[1].flatMap { isNull($0) ? nil : $0 }
    var subjects: [TemplateValue] = []
    var keys: [TemplateValue] = []
    let items = try elements(value)
    for item in items {
      subjects.append(try self.value(at: path, of: item, or: fallback))
      keys.append(try folded(subjects[subjects.count - 1], values[2]?.isTrue ?? false))
    }
    let order = try sorted(items.indices.map { .integer($0) }, by: keys).compactMap(\.asInteger)
    var groups: [TemplateValue] = []
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, try equal(keys[order[start]], keys[order[end]]) { end += 1 }
      let members = try list(order[start..<end].map { items[$0] })
      groups.append(.tuple(try list([subjects[order[start]], .list(members)], isGroup: true)))
      start = end
    }
    return try list(groups)
  }

  private func extreme(
    _ filter: TemplateFilter, _ value: TemplateValue, _ arguments: TemplateArguments
  ) throws(LMError) -> TemplateValue {
    let values = try arguments.values(["case_sensitive", "attribute"], of: filter.rawValue, self)
    let path = try path(values[1])
    var best: (value: TemplateValue, key: TemplateValue)?
    for element in try elements(value) {
      let key = try folded(try self.value(at: path, of: element), values[0]?.isTrue ?? false)
      guard let current = best else {
        best = (element, key)
        continue
      }
      let isBetter = filter == .min ? try precedes(key, current.key) : try precedes(current.key, key)
      if isBetter { best = (element, key) }
    }
    return best?.value ?? .undefined(.other("no aggregated item, the sequence is empty"))
  }

  private func sum(_ value: TemplateValue, _ arguments: TemplateArguments) throws(LMError) -> TemplateValue {
    let values = try arguments.values(["attribute", "start"], of: "sum", self)
    let path = try path(values[0])
    var total = values[1] ?? .integer(0)
    if case .text = total { throw unsuitable(total, for: "a sum; use 'join'") }
    for element in try elements(value) {
      total = try arithmetic(.add, total, path.isEmpty ? element : self.value(at: path, of: element))
    }
    return total
  }
}
