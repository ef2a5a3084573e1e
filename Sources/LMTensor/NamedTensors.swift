/// Weights as they cross borders: tensors by name, in a fixed order.
public struct NamedTensors: Sendable {
  private var order: [String] = []
  private var tensors: [String: Tensor] = [:]
  /// What the file says about itself.
  public var metadata: [String: String] = [:]

  /// An empty collection.
  public init() {}

  /// The names, in the order in which they were added.
  public var names: [String] { order }
  /// Number of tensors.
  public var count: Int { order.count }

  /// The tensor called `name`; setting nil removes it.
  /// - Complexity: O(1), removal O(count).
  public subscript(name: String) -> Tensor? {
    get { tensors[name] }
    set {
      if newValue == nil {
        order.removeAll { $0 == name }
      } else if tensors[name] == nil {
        order.append(name)
      }
      tensors[name] = newValue
    }
  }
}
