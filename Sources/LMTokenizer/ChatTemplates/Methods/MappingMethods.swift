import LMRuntime

extension TemplateEvaluator {
  /// Calls a method of a mapping.
  func call(
    _ method: TemplateMethod, of mapping: TemplateMapping, _ arguments: TemplateArguments
  ) throws(LMError) -> TemplateValue {
    let name = method.rawValue
    switch method {
    case .get:
      guard arguments.named.isEmpty else { throw failure("'get' takes no keyword arguments") }
      let values = try arguments.values(["key", "default"], required: 1, of: name, self)
      return mapping[try key(values[0] ?? .null)] ?? values[1] ?? .null
    case .keys, .values, .items:
      _ = try arguments.values([], of: name, self)
      return try view(of: mapping, TemplateView.Kind(rawValue: name) ?? .items)
    default:
      _ = try arguments.values([], of: name, self)
      return .mapping(mapping)
    }
  }

  func view(of mapping: TemplateMapping, _ kind: TemplateView.Kind) throws(LMError) -> TemplateValue {
    let elements: TemplateList
    switch kind {
    case .keys: elements = try list(mapping.keys)
    case .values: elements = try list(mapping.values)
    case .items: elements = try list(try pairs(of: mapping))
    }
    return .view(TemplateView(kind: kind, elements: elements))
  }

  /// The items of a mapping as tuples.
  func pairs(of mapping: TemplateMapping) throws(LMError) -> [TemplateValue] {
    var result: [TemplateValue] = []
    for (key, value) in zip(mapping.keys, mapping.values) { result.append(.tuple(try list([key, value]))) }
    return result
  }
}
