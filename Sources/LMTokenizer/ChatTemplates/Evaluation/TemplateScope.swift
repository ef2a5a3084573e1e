/// Variables by the numbers of their names, and the scope around them.
final class TemplateScope {
  let parent: TemplateScope?
  /// True where a macro may still use the scope after the block has ended.
  var isKept = false
  /// The first variables, which are looked through, and all others.
  private var few: [(id: Int, value: TemplateValue)] = []
  private var many: [Int: TemplateValue] = [:]
  private static let fewCount = 16

  init(parent: TemplateScope?) { self.parent = parent }

  /// The variable of this scope.
  subscript(id: Int) -> TemplateValue? {
    get { few.first { $0.id == id }?.value ?? (many.isEmpty ? nil : many[id]) }
    set {
      guard let newValue else { return }
      if let place = few.firstIndex(where: { $0.id == id }) {
        few[place].value = newValue
      } else if few.count < Self.fewCount {
        few.append((id, newValue))
      } else {
        many[id] = newValue
      }
    }
  }

  /// The variable of this scope or the nearest around it.
  func find(_ id: Int) -> TemplateValue? {
    var scope: TemplateScope? = self
    while let current = scope {
      if let value = current[id] { return value }
      scope = current.parent
    }
    return nil
  }

  func clear() {
    few.removeAll(keepingCapacity: true)
    many = [:]
  }
}
