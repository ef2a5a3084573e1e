import Glibc
import LMRuntime

/// A Python that has the packages that differential tests compare with.
public enum Python {
  /// `LM_PYTHON`, else the system's; nil where none imports `module`.
  public static func interpreter(importing module: String) -> String? {
    let named = getenv("LM_PYTHON").map { [String(cString: $0)] } ?? []
    return (named + ["python3"]).first {
      run($0, ["-c", "import \(module)"]) == 0
    }
  }

  /// The same for all of `modules`, which are looked for and not loaded: some take seconds.
  public static func interpreter(finding modules: [String]) -> String? {
    let found = modules.map { "u.find_spec('\($0)')" }.joined(separator: " and ")
    return interpreter(importing: "importlib.util as u; assert \(found)")
  }

  /// Runs a program found on the path, without a shell, and returns its exit code; 127 where it cannot start.
  public static func run(_ program: String, _ arguments: [String]) -> Int32 {
    var process = pid_t()
    var pointers: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    defer { pointers.forEach { free($0) } }
    guard posix_spawnp(&process, program, nil, nil, &pointers, environ) == 0 else { return 127 }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
  }
}
