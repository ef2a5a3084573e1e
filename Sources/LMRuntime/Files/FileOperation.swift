/// One change to the file system, as the kernel sees it.
///
/// All writing of this package goes through ``FileWriter`` and ``FileSystem``, which announce each change
/// after it was made. Tests stop the process there, or rebuild what a power loss would have left.
package enum FileOperation: Sendable, Equatable {
  case createDirectory(path: String)
  case createFile(path: String)
  case write(path: String, offset: Int, bytes: [UInt8])
  case flushFile(path: String)
  case flushDirectory(path: String)
  case rename(from: String, to: String)
  case remove(path: String)

  /// Gets the changes. A class: with a closure as the value, `withValue` crashed in an optimised build of
  /// Swift 6.3.1 (`swift_task_localValuePush`).
  package final class Observer: Sendable {
    private let body: @Sendable (FileOperation) -> Void

    package init(_ body: @escaping @Sendable (FileOperation) -> Void) { self.body = body }

    func callAsFunction(_ operation: FileOperation) { body(operation) }
  }

  /// Gets every change made by the current task; nil outside tests.
  @TaskLocal package static var observer: Observer?
}
