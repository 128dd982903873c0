pub(crate) fn setup(_h: &mut crate::host::Host) {}
